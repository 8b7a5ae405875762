import { LatheError } from '@lathe/contracts/error';
import type { FileObject, listFilesQuerySchema } from '@lathe/contracts/http/file';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId } from '@lathe/contracts/id';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import type { z } from 'zod';
import { newestFirst, oldestFirst } from '../http/cursor.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import type { Listed } from '../record-lists.ts';

export type FilePorts = {
  readonly files: Records['files'];
  readonly artifacts: ArtifactStore;
  /** Of what was deleted lately. */
  readonly places: RecordStore<Place>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The `file` object of a record. */
export function fileObject(record: FileRecord): FileObject {
  return {
    id: record.id,
    object: 'file',
    bytes: record.bytes,
    created_at: record.createdAt,
    ...(record.expiresAt === null ? {} : { expires_at: record.expiresAt }),
    filename: record.filename,
    purpose: record.purpose,
    status: record.status,
    ...(record.statusDetails === null ? {} : { status_details: record.statusDetails }),
  };
}

/** A file of the project. Throws `not_found`, also for one past its expiry. */
export async function getFile(ports: FilePorts, project: string, id: string): Promise<FileRecord> {
  const stored = isId('file', id) ? await ports.files.get(recordKey(project, id)) : null;
  if (stored === null || isExpired(stored.value, ports.now()))
    throw new LatheError('not_found', `No file ${JSON.stringify(id)} exists.`, { param: 'id' });
  return stored.value;
}

/** The project's files, newest first unless `order` says otherwise. */
export async function listFiles(
  ports: FilePorts & Listed<'files'>,
  project: string,
  query: z.infer<typeof listFilesQuerySchema>,
): Promise<Page<FileObject>> {
  const now = ports.now();
  const { items, hasMore } = await recordPage(await ports.lists.files.list(project), query, {
    ...{ project, records: ports.files, places: ports.places },
    compare: query.order === 'asc' ? oldestFirst : newestFirst,
    isShown: (file) =>
      !isExpired(file, now) && (query.purpose === undefined || file.purpose === query.purpose),
  });
  return page(items.map(fileObject), hasMore);
}

/** The bytes of a file, as a stream. Throws `not_found`, also when only the bytes are lost. */
export async function fileContent(
  ports: FilePorts,
  project: string,
  id: string,
): Promise<{ record: FileRecord; bytes: AsyncIterable<Uint8Array> }> {
  const record = await getFile(ports, project, id);
  if ((await ports.artifacts.stat(record.key)) === null)
    throw new LatheError('not_found', `The bytes of the file ${id} are gone.`, { param: 'id' });
  return { record, bytes: ports.artifacts.get(record.key) };
}

/** Deletes every file past its expiry, of all projects. Returns how many. */
export async function deleteExpiredFiles(ports: FilePorts & Listed<'files'>): Promise<number> {
  const now = ports.now();
  let deleted = 0;
  for (const file of await ports.lists.files.list('')) {
    if (!isExpired(file, now)) continue;
    const stored = await ports.files.get(recordKey(file.project, file.id));
    if (stored === null) continue;
    await removeFile(ports, stored.value);
    deleted++;
  }
  return deleted;
}

/** Removes a file: first the record, so that nobody finds a file whose bytes are gone. */
export async function removeFile(ports: FilePorts, record: FileRecord): Promise<void> {
  await rememberPlace(ports.places, record);
  await ports.files.delete(recordKey(record.project, record.id));
  await ports.artifacts.delete(record.key);
}

function isExpired(record: Pick<FileRecord, 'expiresAt'>, nowMs: number): boolean {
  return record.expiresAt !== null && record.expiresAt * 1000 <= nowMs;
}
