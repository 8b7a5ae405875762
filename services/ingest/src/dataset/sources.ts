import { LatheError } from '@lathe/contracts/error';
import { type DatasetRequest, filesOfRequest } from '@lathe/contracts/http/dataset';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import { createBreather } from '@lathe/platform/breather';
import type { DataPorts } from '../data-ports.ts';
import { requireWhole } from '../whole-upload.ts';

/** An uploaded file that a dataset is made of. */
export type Source = {
  readonly record: FileRecord;
  /** Its bytes; every piece that is read is progress. */
  readonly read: () => AsyncGenerator<Uint8Array>;
};

/** The files of a request by their ids. Throws `not_found` for one that is not there, `invalid_file_format` for one that is not whole. */
export async function openSources(
  request: DatasetRequest,
  ports: Pick<DataPorts, 'files' | 'artifacts' | 'project' | 'signal' | 'progress'>,
): Promise<ReadonlyMap<string, Source>> {
  const sources = new Map<string, Source>();
  const records: FileRecord[] = [];
  for (const id of filesOfRequest(request)) {
    const stored = await ports.files.get(recordKey(ports.project, id));
    const found = stored === null ? null : await ports.artifacts.stat(stored.value.key);
    if (stored === null || found === null)
      throw new LatheError('not_found', `The file ${id} was deleted.`, { param: 'files' });
    requireWhole(stored.value, found.bytes, 'files');
    records.push(stored.value);
  }
  const totalBytes = records.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  const breathe = createBreather();
  for (const record of records)
    sources.set(record.id, {
      record,
      async *read() {
        for await (const piece of ports.artifacts.get(record.key)) {
          ports.signal.throwIfAborted();
          await breathe();
          bytes = Math.min(totalBytes, bytes + piece.length);
          ports.progress({ bytes, totalBytes });
          yield piece;
        }
      },
    });
  return sources;
}
