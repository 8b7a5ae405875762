import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { uploadPartKey, uploadPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { mostUploadParts, type UploadPart } from '@lathe/contracts/http/upload';
import { newId } from '@lathe/contracts/id';
import type { UploadRecord } from '@lathe/contracts/record/upload';
import { sizeText } from '@lathe/contracts/words/size';
import { isStoreAway } from '@lathe/platform/artifacts/port';
import { z } from 'zod';
import { readForm } from '../files/multipart.ts';
import { parseRequest } from '../http/parse.ts';
import { getUpload, requirePending, type UploadPorts, type UploadSettings } from './uploads.ts';

const fieldsSchema = z.strictObject({});

/**
 * Stores a part of an upload; whatever fails leaves nothing behind. Parts may come in any order, beside each other, and again where an
 * answer was lost. Throws what `readForm` and `requirePending` throw, and `invalid_value` for more than an upload can need.
 */
export async function receivePart(
  ports: UploadPorts,
  upload: UploadRecord,
  part: { readonly incoming: IncomingMessage; readonly settings: UploadSettings },
): Promise<UploadPart> {
  const { project } = upload;
  const { uploadPartBytes, uploadIdleMs } = part.settings;
  requirePending(upload, ports.now());
  await requireRoom(ports, upload);
  const id = newId('uploadPart');
  const key = uploadPartKey(project, upload.id, id);
  const limits = { maxFileBytes: Math.min(uploadPartBytes, upload.bytes), uploadIdleMs };
  const store = (bytes: Readable) => ports.artifacts.put(key, bytes);
  try {
    const form = await readForm(part.incoming, { ...limits, field: 'data' }, store);
    parseRequest(fieldsSchema, Object.fromEntries(form.fields));
    if (form.file.stored.bytes === 0)
      throw new LatheError('invalid_value', 'The part is empty.', { param: 'data' });
    // It may have been cancelled or completed meanwhile, and then nobody deletes this.
    requirePending(await getUpload(ports, project, upload.id), ports.now());
  } catch (error) {
    if (!isStoreAway(error)) await ports.artifacts.delete(key);
    throw error;
  }
  const created_at = Math.floor(ports.now() / 1000);
  return { id, object: 'upload.part', created_at, upload_id: upload.id };
}

/** How often every byte may come: clients send a part up to twice again whose answer they do not see. */
const mostCopies = 3;

/** Throws `invalid_value` for an upload that has more than it can need. */
async function requireRoom(
  { artifacts }: Pick<UploadPorts, 'artifacts'>,
  { project, id, bytes: declared }: UploadRecord,
): Promise<void> {
  let parts = 0;
  let bytes = 0;
  for await (const stored of artifacts.list(uploadPrefix(project, id))) {
    parts++;
    bytes += stored.bytes;
  }
  if (parts < mostUploadParts && bytes < mostCopies * declared) return;
  throw new LatheError(
    'invalid_value',
    `The upload ${id} has ${parts} parts of ${sizeText(bytes)} together already, which is more than it can need for its ${sizeText(declared)}.`,
    { param: 'data' },
  );
}
