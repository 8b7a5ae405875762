import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import { jobObject } from '../jobs/job-object.ts';
import { datasetReport } from '../models/reports.ts';
import { dataPage } from '../pages/data-page.ts';

/** What was found in a job's files as a page for people. Throws `not_found` until they are validated. */
export async function datasetPage(
  ports: Pick<Records, 'files'> & { readonly artifacts: ArtifactStore },
  job: JobRecord,
): Promise<string> {
  const dataset = await datasetReport(ports.artifacts, job);
  const { id, project, createdAt, model, trainingFile } = job;
  const file = (await ports.files.get(recordKey(project, trainingFile)))?.value;
  const { filename: name = trainingFile, bytes = null } = file ?? {};
  const { task } = jobObject(job).lathe;
  const report = { version: 1, refusal: null, model, task, dataset } as const;
  return dataPage(report, { name, bytes, id, createdAt });
}
