import { buckets, recordKey } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { FilePorts } from '../files/files.ts';

/** Keys of the bytes of files, `<project>/files/<id>`, and of all that belongs to whatever else has a record. */
const ownedBytes =
  /^([^/]+)\/(files|uploads|jobs|data-work|eval-runs|batches|completions|exports)\/([^/]+)/;

/** Where the record is that names the bytes of a kind. */
const recordsOf = {
  files: 'files',
  uploads: 'uploads',
  jobs: 'jobs',
  'data-work': 'dataWork',
  'eval-runs': 'evalRuns',
  batches: 'batches',
  completions: 'storedCompletions',
  exports: 'exports',
} as const satisfies Record<string, keyof Records & keyof typeof buckets>;
type OwnedKind = keyof typeof recordsOf;

export type OrphanPorts = FilePorts &
  Pick<Records, (typeof recordsOf)[OwnedKind]> & {
    /** When a bucket of records was made, in milliseconds since 1970. */
    readonly bucketMadeMs: (bucket: string) => Promise<number>;
    readonly log: Pick<Logger, 'error'>;
  };

/**
 * Deletes the bytes of all projects that no record names and that are older than `orphanAfterMs`: of uploads that broke off between the bytes and
 * the record, or whose record's fate nobody learned, and what was still written while its job, run or batch was erased.
 * What is older than the records themselves stays, and the log says so: those that named it may be lost with an earlier
 * nats-server, or this is the wrong one. Returns how many were deleted.
 */
export async function deleteOrphans(
  ports: OrphanPorts,
  { orphanAfterMs }: { readonly orphanAfterMs: number },
): Promise<number> {
  const { artifacts, now, log } = ports;
  const before = now() - orphanAfterMs;
  const madeMs = new Map<OwnedKind, number>();
  // A job has thousands of objects, which lie side by side.
  let last = { records: '', key: '', isThere: false };
  const isThere = async (records: (typeof recordsOf)[OwnedKind], key: string) => {
    if (last.records !== records || last.key !== key)
      last = { records, key, isThere: (await ports[records].get(key)) !== null };
    return last.isThere;
  };
  const orphans: string[] = [];
  let kept = 0;
  for await (const { key, modifiedMs } of artifacts.list('')) {
    const [, project, name, id] = ownedBytes.exec(key) ?? [];
    if (project === undefined || id === undefined || modifiedMs >= before) continue;
    const kind = name as OwnedKind;
    const records = recordsOf[kind];
    if (await isThere(records, recordKey(project, id))) continue;
    const made = madeMs.get(kind) ?? (await ports.bucketMadeMs(buckets[records]));
    madeMs.set(kind, made);
    if (modifiedMs < made) kept++;
    else orphans.push(key);
  }
  if (kept > 0)
    log.error(
      { objects: kept },
      'the artifact store holds what no record names and what is older than all records: restore those of nats-server, or delete it by hand',
    );
  for (const key of orphans) await artifacts.delete(key);
  return orphans.length;
}
