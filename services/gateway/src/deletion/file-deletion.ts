import type { DeletedFile, deleteFileQuerySchema } from '@lathe/contracts/http/erasure';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { filesOfWork, isOfKind, isOver } from '@lathe/contracts/record/data-work';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import type { z } from 'zod';
import { eraseBatch } from '../batches/batches.ts';
import { eraseDataWork } from '../data-work/data-work.ts';
import { showsRows } from '../data-work/retention.ts';
import { eraseRun } from '../evals/runs.ts';
import { getFile, removeFile } from '../files/files.ts';
import { type ErasurePorts, eraseJob, requireOver } from './erasure.ts';
import { type Holders, heldBy, holdersOf } from './holders.ts';

/**
 * Deletes a file and its bytes with all inspections of it, and says which files, jobs, models, runs of evals and batches
 * hold rows of it; with `cascade`, those are erased first: the jobs with their models, the runs, the batches with their files,
 * then the files that were made of it.
 * Throws `not_found`, and with `cascade` `invalid_state`, before anything is gone, for a job that is not over.
 */
export async function deleteFile(
  ports: ErasurePorts,
  project: string,
  { id, cascade }: { readonly id: string } & z.infer<typeof deleteFileQuerySchema>,
): Promise<DeletedFile> {
  const record = await getFile(ports, project, id);
  const holders = await holdersOf(ports, project, id);
  if (cascade === 'false') {
    await removeFile(ports, record);
    await forgetWork(ports, project, { ids: [id], isWhole: false });
    const runs = await runsOf(ports, project, idsOf(id, holders));
    const batches = await batchesOf(ports, project, idsOf(id, holders));
    return deleted(id, {
      ...heldBy(holders),
      ...{ eval_runs: runs.map((run) => run.id), batches: batches.map((batch) => batch.id) },
      ...{ erased_jobs: [], erased_files: [], erased_eval_runs: [], erased_batches: [] },
    });
  }
  const erased = await eraseHolders(ports, project, { id, holders });
  await removeFile(ports, record);
  await forgetWork(ports, project, { ids: [id, ...erased.erased_files], isWhole: true });
  const none = { files: [], jobs: [], models: [], eval_runs: [], batches: [] };
  return deleted(id, { ...none, ...erased });
}

function deleted(id: string, lathe: DeletedFile['lathe']): DeletedFile {
  return { id, object: 'file', deleted: true, lathe };
}

type Erased = Pick<
  DeletedFile['lathe'],
  'erased_jobs' | 'erased_files' | 'erased_eval_runs' | 'erased_batches'
>;

async function eraseHolders(
  ports: ErasurePorts,
  project: string,
  { id, holders }: { readonly id: string; readonly holders: Holders },
): Promise<Erased> {
  for (const job of holders.jobs) requireOver(job, 'cascade');
  await endMaking(ports, project, idsOf(id, holders));
  // What was made in the end, before it was ended, is there now.
  const { files, jobs } = await holdersOf(ports, project, id);
  const erased: DeletedFile['lathe']['erased_jobs'] = [];
  for (const job of jobs) requireOver(job, 'cascade');
  for (const job of jobs) erased.push(await eraseJob(ports, project, job.id));
  const runs = await runsOf(ports, project, idsOf(id, { files }));
  for (const run of runs) await eraseRun(ports, run);
  const batches = await batchesOf(ports, project, idsOf(id, { files }));
  const written = await eraseBatches(ports, project, batches);
  for (const file of files) await removeFile(ports, file);
  return {
    erased_jobs: erased,
    erased_files: [...files.map((file) => file.id), ...written.filter((file) => file !== id)],
    erased_batches: batches.map((batch) => batch.id),
    erased_eval_runs: runs.map((run) => run.id),
  };
}

/** The runs of evals over any of the files. */
async function runsOf(
  { evalRuns }: ErasurePorts,
  project: string,
  files: readonly string[],
): Promise<EvalRunRecord[]> {
  return (await evalRuns.list(project)).flatMap(({ value }) =>
    value.rows.kind === 'file' && files.includes(value.rows.id) ? [value] : [],
  );
}

/** The batches that read any of the files, or made them. */
async function batchesOf(
  { batches }: ErasurePorts,
  project: string,
  files: readonly string[],
): Promise<BatchRecord[]> {
  return (await batches.list(project)).flatMap(({ value }) =>
    readsAny([value.inputFileId, value.files.output, value.files.error], files) ? [value] : [],
  );
}

/** Erases batches with the files that they made. Returns the ids of those. */
async function eraseBatches(
  ports: ErasurePorts,
  project: string,
  batches: readonly BatchRecord[],
): Promise<string[]> {
  const erased: string[] = [];
  for (const batch of batches) {
    await eraseBatch(ports, batch);
    for (const id of [batch.files.output, batch.files.error]) {
      const file = await ports.files.get(recordKey(project, id));
      if (file === null) continue;
      await removeFile(ports, file.value);
      erased.push(id);
    }
  }
  return erased;
}

function idsOf(id: string, { files }: Pick<Holders, 'files'>): string[] {
  return [id, ...files.map((file) => file.id)];
}

/** Ends the making of files of those: without its record, an ingest removes what it stored. */
async function endMaking(ports: ErasurePorts, project: string, ids: string[]): Promise<void> {
  for (const { value: work } of await ports.dataWork.list(project))
    if (isOfKind(work, 'dataset') && !isOver(work) && readsAny(filesOfWork(work), ids))
      await eraseDataWork(ports, work);
}

/**
 * Erases the inspections of files that are gone, so that no other one of them begins meanwhile; `isWhole`: also the
 * records of what was made of them.
 */
async function forgetWork(
  ports: ErasurePorts,
  project: string,
  { ids, isWhole }: { readonly ids: readonly string[]; readonly isWhole: boolean },
): Promise<void> {
  for (const { value: work } of await ports.dataWork.list(project))
    if ((isWhole || showsRows(work)) && readsAny(filesOfWork(work), ids))
      await eraseDataWork(ports, work);
}

function readsAny(read: readonly string[], ids: readonly string[]): boolean {
  return read.some((file) => ids.includes(file));
}
