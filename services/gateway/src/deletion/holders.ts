import type { HeldBy, RetrievedFile } from '@lathe/contracts/http/file';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { Records } from '@lathe/platform/records';
import { type FilePorts, fileObject, getFile } from '../files/files.ts';
import { filesOf } from './erasure.ts';

/** Where rows of a file are, beside the file. */
export type Holders = {
  /** Files that were made of it, or of those, by data work. */
  readonly files: readonly FileRecord[];
  /** Jobs that read it or one of those. */
  readonly jobs: readonly JobRecord[];
  /** Names of the models that those jobs made. */
  readonly models: readonly string[];
};

/** All that holds rows of the file, however many steps of data work lie between. */
export async function holdersOf(
  { files, jobs, models }: Pick<Records, 'files' | 'jobs' | 'models'>,
  project: string,
  id: string,
): Promise<Holders> {
  const made = descendants(
    (await files.list(project)).map(({ value }) => value),
    id,
  );
  const ids = new Set([id, ...made.map((file) => file.id)]);
  const holding = (await jobs.list(project))
    .map(({ value }) => value)
    .filter((job) => filesOf(job).some((file) => ids.has(file)));
  const jobIds = new Set(holding.map((job) => job.id));
  const tuned = (await models.list(project)).flatMap(({ value }) =>
    value.kind !== 'base' && jobIds.has(value.jobId) ? [value.name] : [],
  );
  return { files: made, jobs: holding, models: tuned };
}

/** Holders by their names, as the API tells them. */
export function heldBy({ files, jobs, models }: Holders): HeldBy {
  return {
    files: files.map((file) => file.id),
    jobs: jobs.map((job) => job.id),
    models: [...models],
  };
}

/** A file with its lineage, and what holds rows of it. Throws `not_found`. */
export async function retrievedFile(
  ports: FilePorts & Pick<Records, 'files' | 'jobs' | 'models'>,
  project: string,
  id: string,
): Promise<RetrievedFile> {
  const record = await getFile(ports, project, id);
  const lathe = heldBy(await holdersOf(ports, project, id));
  return { ...fileObject(record), lathe: { ...lathe, lineage: record.lineage ?? null } };
}

/** The files whose lineage leads to the one, with the evidence that stands beside them. */
function descendants(all: readonly FileRecord[], id: string): FileRecord[] {
  const reached = new Set([id]);
  const found: FileRecord[] = [];
  for (let before = -1; before !== found.length; ) {
    before = found.length;
    for (const file of all) {
      if (reached.has(file.id) || !isMadeOf(file, reached)) continue;
      reached.add(file.id);
      const { evidence_file: evidence } = file.lineage ?? {};
      // Evidence of before it had a lineage of its own.
      const beside = all.find((other) => other.id === evidence && !reached.has(other.id));
      if (beside !== undefined) reached.add(beside.id);
      found.push(file, ...(beside === undefined ? [] : [beside]));
    }
  }
  return found;
}

function isMadeOf({ lineage }: FileRecord, ids: ReadonlySet<string>): boolean {
  if (lineage === undefined) return false;
  const { sources, ancestors = [] } = lineage;
  return sources.some(({ file }) => ids.has(file)) || ancestors.some((file) => ids.has(file));
}
