import type { DeletedFile, deleteFileQuerySchema } from '@lathe/contracts/http/erasure';
import type { z } from 'zod';
import { getFile, removeFile } from '../files/files.ts';
import { type ErasurePorts, eraseJob, filesOf, requireOver } from './erasure.ts';

/**
 * Deletes a file and its bytes, and says which jobs hold rows of it; with `cascade`, those are erased first.
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
  const jobs = cascade === 'true' ? [] : holders.map((job) => job.id);
  return { id, object: 'file', deleted: true, lathe: { jobs, erased_jobs: erased } };
}
