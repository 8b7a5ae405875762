import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileObjectSchema } from '@lathe/contracts/http/file';
import type { FileCreateParams } from 'openai/resources/files';
import type { Call } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
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
  const found = await stat(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && fileId.test(name)) return null;
    throw error;
  });
  if (found === null) return name;
  if (found.isDirectory())
    throw new CommandError('failed', `${name} is a folder, not a file: pack it as a zip.`);
  const shown = path.basename(name);
  err.draw([`Uploading ${shown}, ${bytes(found.size)} …`]);
  // A file is read while it is sent; a pipe has no size, so that it is read before.
  const content = found.isFile()
    ? new File([await openAsBlob(name)], shown)
    : createReadStream(name);
  const file = fileObjectSchema.parse(await api.client.files.create({ file: content, purpose }));
  err.clear();
  if (!isJson) err.line(`Uploaded ${shown} as ${file.id}, ${bytes(file.bytes)}.`);
  return file.id;
}
