import {
  type DatasetReport,
  datasetManifestSchema,
  datasetReportSchema,
} from '@lathe/contracts/artifact/dataset';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';

/** How the tuned model compares with its baselines. Throws `not_found` while there is none. */
export async function evaluationReport(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<EvaluationReport> {
  const { reportKey } = job;
  const report =
    reportKey === null ? null : await findJson(artifacts, reportKey, evaluationReportSchema);
  return report ?? missing(job, 'evaluation report');
}

/** What was found in the job's files. Throws `not_found` until they are validated. */
export async function datasetReport(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<DatasetReport> {
  const { datasetKey } = job;
  const manifest =
    datasetKey === null ? null : await findJson(artifacts, datasetKey, datasetManifestSchema);
  const report =
    manifest === null ? null : await findJson(artifacts, manifest.report.key, datasetReportSchema);
  return report ?? missing(job, 'dataset report');
}

function missing(job: JobRecord, what: string): never {
  throw new LatheError('not_found', `The job ${job.id} is ${job.state} and has no ${what}.`);
}
