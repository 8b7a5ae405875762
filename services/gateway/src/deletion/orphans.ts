import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import type { FilePorts } from '../files/files.ts';

/** Keys of the bytes of files, `<project>/files/<id>`, and of all that belongs to uploads in parts, runs of evals, batches, stored completions and exports. */
const ownedBytes = /^([^/]+)\/(files|uploads|eval-runs|batches|completions|exports)\/([^/]+)/;

type OwnedKind = 'files' | 'uploads' | 'eval-runs' | 'batches' | 'completions' | 'exports';

/**
 * Deletes the bytes of files, uploads in parts, runs of evals, batches, stored completions and exports, of all projects, that no record names and that are older than
 * `orphanAfterMs`: of uploads that broke off between the bytes and the record, or whose record's fate nobody learned, and
 * rows that were answered while their run or batch was erased. Returns how many.
 */
export async function deleteOrphans(
  ports: FilePorts &
    Pick<Records, 'uploads' | 'evalRuns' | 'batches' | 'storedCompletions' | 'exports'>,
  { orphanAfterMs }: { readonly orphanAfterMs: number },
): Promise<number> {
  const { files, uploads, evalRuns, batches, storedCompletions, exports, artifacts, now } = ports;
  const byKind = {
    ...{ files, uploads, 'eval-runs': evalRuns, batches, completions: storedCompletions, exports },
  };
  const before = now() - orphanAfterMs;
  const orphans: string[] = [];
  for await (const { key, modifiedMs } of artifacts.list('')) {
    const [, project, kind, id] = ownedBytes.exec(key) ?? [];
    if (project === undefined || id === undefined || modifiedMs >= before) continue;
    const records = byKind[kind as OwnedKind];
    if ((await records.get(recordKey(project, id))) === null) orphans.push(key);
  }
  for (const key of orphans) await artifacts.delete(key);
  return orphans.length;
}
