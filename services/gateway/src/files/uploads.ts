import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { fileKey } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { lifetimeSchema } from '@lathe/contracts/http/expiry';
import { uploadPurposeSchema } from '@lathe/contracts/http/file';
import { newId } from '@lathe/contracts/id';
import { type FileRecord, processedFile } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import { isStoreAway } from '@lathe/platform/artifacts/port';
import { z } from 'zod';
import { parseRequest } from '../http/parse.ts';
import type { FilePorts } from './files.ts';
import { type FormLimits, readForm } from './multipart.ts';

const fieldsSchema = z.strictObject({
  purpose: uploadPurposeSchema,
  'expires_after[anchor]': z.literal('created_at').optional(),
  'expires_after[seconds]': z.coerce.number().pipe(lifetimeSchema).optional(),
});
/** Longest file name that is kept, in characters. */
const nameLength = 255;

/**
 * Takes one upload: streams its bytes into the artifact store, then writes the record, which makes
 * the file exist. Whatever fails before that leaves nothing behind; when nobody knows whether the record was
 * written, the bytes stay, and go later if it was not (orphans.ts). The file's name is kept as
 * it was told, as text only; no key or path is made of it.
 */
export async function receiveUpload(
  ports: FilePorts,
  project: string,
  upload: { readonly incoming: IncomingMessage; readonly limits: FormLimits },
): Promise<FileRecord> {
  const id = newId('file');
  const key = fileKey(project, id);
  let hasTriedRecord = false;
  const store = (bytes: Readable) => ports.artifacts.put(key, bytes);
  try {
    const { fields, file } = await readForm(upload.incoming, upload.limits, store);
    const form = parseRequest(fieldsSchema, Object.fromEntries(fields));
    if (file.stored.bytes === 0)
      throw new LatheError('invalid_file_format', 'The file is empty.', { param: 'file' });
    const record = processedFile(
      {
        ...{ id, project, key, ...file.stored },
        filename: printableFilename(file.filename),
        purpose: form.purpose,
        lifetime: lifetimeOf(form),
      },
      ports.now(),
    );
    hasTriedRecord = true;
    await ports.files.create(recordKey(project, id), record);
    return record;
  } catch (error) {
    if (!hasTriedRecord && !isStoreAway(error)) await ports.artifacts.delete(key);
    throw error;
  }
}

/** In seconds. */
function lifetimeOf(form: z.infer<typeof fieldsSchema>): number | null {
  const anchor = form['expires_after[anchor]'];
  const seconds = form['expires_after[seconds]'];
  if ((anchor === undefined) !== (seconds === undefined))
    throw new LatheError('missing_parameter', "'expires_after' needs both anchor and seconds.", {
      param: 'expires_after',
    });
  return seconds ?? null;
}

/** A file's name as it is kept: cut to length, without control characters and halves of characters, and never empty. */
export function printableFilename(filename: string): string {
  const text = filename.slice(0, nameLength).replaceAll(/\p{C}/gu, '').trim();
  return text === '' ? 'upload' : text;
}
