import type { Finding } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import { requireWhole } from '../whole-upload.ts';

/**
 * An uploaded file of the project, with its bytes in the store. Throws `not_found` where it was deleted, and
 * `invalid_file_format` where fewer or more bytes are stored than were uploaded: half of the rows can look like all of them.
 */
export async function openFile(
  { files, artifacts }: Pick<Records, 'files'> & { readonly artifacts: ArtifactStore },
  project: string,
  { id, param }: { readonly id: string; readonly param: Finding['file'] },
): Promise<FileRecord> {
  const stored = await files.get(recordKey(project, id));
  const found = stored === null ? null : await artifacts.stat(stored.value.key);
  if (stored === null || found === null)
    throw new LatheError('not_found', `The file ${id} was deleted.`, { param });
  requireWhole(stored.value, found.bytes, param);
  return stored.value;
}

/** The files that are read together with the training file. Throws as `openFile` does. */
export async function openMore(
  ports: Parameters<typeof openFile>[0],
  project: string,
  { data }: LatheOptions,
): Promise<FileRecord[]> {
  const found: FileRecord[] = [];
  for (const id of data?.more_files ?? [])
    found.push(await openFile(ports, project, { id, param: 'training_file' }));
  return found;
}
