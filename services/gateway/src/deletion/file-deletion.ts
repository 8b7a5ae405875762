import type { DeletedFile, deleteFileQuerySchema } from '@lathe/contracts/http/erasure';
import { filesOfWork, isOfKind, isOver } from '@lathe/contracts/record/data-work';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import type { z } from 'zod';
import { eraseDataWork } from '../data-work/data-work.ts';
import { showsRows } from '../data-work/retention.ts';
import { eraseRun } from '../evals/runs.ts';
import { getFile, removeFile } from '../files/files.ts';
import { type ErasurePorts, eraseJob, requireOver } from './erasure.ts';
import { type Holders, heldBy, holdersOf } from './holders.ts';

/**
 * Deletes a file and its bytes with all inspections of it, and says which files, jobs, models and runs of evals hold rows
 * of it; with `cascade`, those are erased first: the jobs with their models, the runs, then the files that were made of it.
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
    const evalRuns = { eval_runs: runs.map((run) => run.id), erased_eval_runs: [] };
    return deleted(id, { ...heldBy(holders), ...evalRuns, erased_jobs: [], erased_files: [] });
  }
  const erased = await eraseHolders(ports, project, { id, holders });
  await removeFile(ports, record);
  await forgetWork(ports, project, { ids: [id, ...erased.erased_files], isWhole: true });
  return deleted(id, { files: [], jobs: [], models: [], eval_runs: [], ...erased });
}

function deleted(id: string, lathe: DeletedFile['lathe']): DeletedFile {
  return { id, object: 'file', deleted: true, lathe };
}

async function eraseHolders(
  ports: ErasurePorts,
  project: string,
  { id, holders }: { readonly id: string; readonly holders: Holders },
): Promise<Pick<DeletedFile['lathe'], 'erased_jobs' | 'erased_files' | 'erased_eval_runs'>> {
  for (const job of holders.jobs) requireOver(job, 'cascade');
  await endMaking(ports, project, idsOf(id, holders));
  // What was made in the end, before it was ended, is there now.
  const { files, jobs } = await holdersOf(ports, project, id);
  const erased: DeletedFile['lathe']['erased_jobs'] = [];
  for (const job of jobs) requireOver(job, 'cascade');
  for (const job of jobs) erased.push(await eraseJob(ports, project, job.id));
  const runs = await runsOf(ports, project, idsOf(id, { files }));
  for (const run of runs) await eraseRun(ports, run);
  for (const file of files) await removeFile(ports, file);
  return {
    erased_jobs: erased,
    erased_files: files.map((file) => file.id),
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
