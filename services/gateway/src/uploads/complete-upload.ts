import { createHash, type Hash } from 'node:crypto';
import { fileKey, uploadPartKey, uploadPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { CompleteUpload } from '@lathe/contracts/http/upload';
import { isId, newId } from '@lathe/contracts/id';
import { processedFile } from '@lathe/contracts/record/file';
import type { UploadRecord } from '@lathe/contracts/record/upload';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { removeFile } from '../files/files.ts';
import { BadReference } from '../http/failure.ts';
import { endUpload, getUpload, requirePending, type UploadPorts } from './uploads.ts';

/**
 * Makes a file of the parts that are named, in their order, and deletes all parts. A repetition (`isRetry`) finds the upload as it was
 * completed. Throws `invalid_state` where it takes nothing more, and errors that name the part or the field at fault.
 */
export async function completeUpload(
  ports: UploadPorts,
  upload: UploadRecord,
  { body, isRetry }: { readonly body: CompleteUpload; readonly isRetry: boolean },
): Promise<UploadRecord> {
  if (isRetry && upload.state === 'completed') return upload;
  requirePending(upload, ports.now());
  const { project, id } = upload;
  const keys = await keysOfParts(ports, upload, body.part_ids);
  const fileId = newId('file');
  const key = fileKey(project, fileId);
  const hash = createHash('md5');
  const stored = await ports.artifacts.put(key, joined(ports.artifacts, keys, hash)).catch(
    // Parts go when another request completes or cancels it.
    async (error: unknown) => {
      requirePending(await getUpload(ports, project, id), ports.now());
      throw error;
    },
  );
  if (body.md5 !== undefined && body.md5.toLowerCase() !== hash.digest('hex')) {
    await ports.artifacts.delete(key);
    throw new LatheError('invalid_value', "The parts together have another MD5 than 'md5' says.", {
      param: 'md5',
    });
  }
  const { filename, purpose, lifetime } = upload;
  const file = processedFile(
    { ...{ id: fileId, project, filename, purpose, lifetime, key }, ...stored },
    ports.now(),
  );
  await ports.files.create(recordKey(project, fileId), file);
  try {
    const completed = await endUpload(ports, upload, { state: 'completed', fileId });
    await ports.artifacts.deletePrefix(uploadPrefix(project, id));
    return completed;
  } catch (error) {
    // Another request was faster, whose file it is.
    if (error instanceof LatheError && error.code === 'invalid_state')
      await removeFile(ports, file);
    throw error;
  }
}

/** Where the parts lie. Throws errors of the first that there is not, or that comes twice, and where they are not as long as was told. */
async function keysOfParts(
  { artifacts }: Pick<UploadPorts, 'artifacts'>,
  { project, id, bytes: declared }: UploadRecord,
  partIds: readonly string[],
): Promise<string[]> {
  const keys: string[] = [];
  let bytes = 0;
  for (const [index, partId] of partIds.entries()) {
    const param = `part_ids[${index}]`;
    const key = isId('uploadPart', partId) ? uploadPartKey(project, id, partId) : null;
    const found = key === null ? null : await artifacts.stat(key);
    if (key === null || found === null)
      throw new BadReference(
        'not_found',
        `'${param}' names no part of the upload: ${partId} does not exist.`,
        { param },
      );
    if (keys.includes(key))
      throw new LatheError(
        'invalid_value',
        `Invalid value for '${param}': ${partId} is there twice.`,
        { param },
      );
    keys.push(key);
    bytes += found.bytes;
  }
  if (bytes !== declared)
    throw new LatheError(
      'invalid_value',
      `The parts have ${bytes} bytes together, and the upload was begun with ${declared}.`,
      { param: 'part_ids' },
    );
  return keys;
}

/** The bytes of objects one after another; the hash gets them all. */
async function* joined(
  artifacts: ArtifactStore,
  keys: readonly string[],
  hash: Hash,
): AsyncGenerator<Uint8Array, void> {
  for (const key of keys)
    for await (const piece of artifacts.get(key)) {
      hash.update(piece);
      yield piece;
    }
}
