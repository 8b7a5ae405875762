import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type FileObject, fileObjectSchema } from '@lathe/contracts/http/file';
import type { FileCreateParams } from 'openai/resources/files';
import type { Call } from '../command/command.ts';
import { bytes } from '../terminal/amounts.ts';
import type { Api } from './api.ts';

/** An id that Lathe gives to a file. */
const fileId = /^file-[A-Za-z0-9]+$/;

/**
 * The id of a file: of one that is uploaded already it is its name, else the file of this machine is uploaded. Throws what the
 * file system or the API says against it.
 */
export async function fileIdOf(
  { err, isJson }: Pick<Call, 'err' | 'isJson'>,
  api: Api,
  {
    name,
    purpose = 'fine-tune',
  }: { readonly name: string; readonly purpose?: FileCreateParams['purpose'] },
): Promise<string> {
  const size = await stat(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && fileId.test(name)) return null;
    throw error;
  });
  if (size === null) return name;
  const shown = path.basename(name);
  err.draw([`Uploading ${shown}, ${bytes(size.size)} …`]);
  const file = await uploadFile(api, name, purpose);
  err.clear();
  if (!isJson) err.line(`Uploaded ${shown} as ${file.id}, ${bytes(file.bytes)}.`);
  return file.id;
}

async function uploadFile(
  { client }: Api,
  name: string,
  purpose: FileCreateParams['purpose'],
): Promise<FileObject> {
  const file = createReadStream(name);
  return fileObjectSchema.parse(await client.files.create({ file, purpose }));
}
