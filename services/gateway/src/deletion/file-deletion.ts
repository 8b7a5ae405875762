import type { DeletedFile, deleteFileQuerySchema } from '@lathe/contracts/http/erasure';
import { filesOfWork } from '@lathe/contracts/record/data-work';
import type { z } from 'zod';
import { eraseDataWork } from '../data-work/data-work.ts';
import { showsRows } from '../data-work/retention.ts';
import { getFile, removeFile } from '../files/files.ts';
import { type ErasurePorts, eraseJob, filesOf, requireOver } from './erasure.ts';

/**
 * Deletes a file and its bytes with all inspections of it, and says which jobs hold rows of it; with `cascade`, those
 * are erased first.
 * Throws `not_found`, and with `cascade` `invalid_state`, before anything is gone, for a job that is not over.
 */
export async function deleteFile(
  ports: ErasurePorts,
  project: string,
  { id, cascade }: { readonly id: string } & z.infer<typeof deleteFileQuerySchema>,
): Promise<DeletedFile> {
  const record = await getFile(ports, project, id);
  const holders = (await ports.jobs.list(project))
    .map((entry) => entry.value)
    .filter((job) => filesOf(job).includes(id));
  const erased: DeletedFile['lathe']['erased_jobs'] = [];
  if (cascade === 'true') {
    for (const job of holders) requireOver(job, 'cascade');
    for (const job of holders) erased.push(await eraseJob(ports, project, job.id));
  }
  await removeFile(ports, record);
  // After the file, so that no other inspection of it begins meanwhile.
  for (const { value: work } of await ports.dataWork.list(project))
    if (showsRows(work) && filesOfWork(work).includes(id)) await eraseDataWork(ports, work);
  const jobs = cascade === 'true' ? [] : holders.map((job) => job.id);
  return { id, object: 'file', deleted: true, lathe: { jobs, erased_jobs: erased } };
}
