import {
  type InspectionReport,
  inspectionObjects,
  inspectionReportSchema,
} from '@lathe/contracts/artifact/inspection';
import { LatheError } from '@lathe/contracts/error';
import type {
  InspectionObject,
  InspectRequest,
  ListedInspection,
} from '@lathe/contracts/http/inspection';
import type { DataWorkInputs, DataWorkOf } from '@lathe/contracts/record/data-work';
import { recordKey } from '@lathe/contracts/subject';
import { findJson, readJson } from '@lathe/platform/artifacts/read-json';
import { getFile } from '../files/files.ts';
import { firstRecord } from '../jobs/job-request.ts';
import { checkFile, checkMoreFiles, checkReferences, type JobPorts } from '../jobs/jobs.ts';
import { dataPage } from '../pages/data-page.ts';
import type { DataWorkPorts } from './data-work.ts';

/** Of a request that names no seed: what it shows stays the same. */
export const usualSeed = 1;

/**
 * What an inspection of the file is to look at, from a request that is like the one for a job. Throws what the creation
 * of that job would throw.
 */
export async function inspectionInput(
  ports: JobPorts,
  project: string,
  { fileId, body }: { readonly fileId: string; readonly body: InspectRequest },
): Promise<DataWorkInputs['inspect']> {
  const { model } = body;
  const job = { ...body, model: model ?? '', training_file: fileId };
  const draft = firstRecord(job, {
    ...{ id: '', project, requestId: '', nowMs: 0 },
    seed: usualSeed,
  });
  const { seed, hyperparameters, options, grader } = draft;
  const method = body.method && draft.method;
  // The one in the path is not found where the other, in the body, is a wrong value.
  await getFile(ports, project, fileId);
  await checkFile(ports, project, { id: fileId, param: 'id' });
  if (body.validation_file != null)
    await checkFile(ports, project, { id: body.validation_file, param: 'validation_file' });
  await checkMoreFiles(ports, project, job);
  const references = model === undefined ? undefined : await checkReferences(ports, project, job);
  const start = references?.start;
  return {
    kind: 'inspect',
    trainingFile: fileId,
    validationFile: draft.validationFile,
    job: {
      seed,
      method,
      hyperparameters,
      options,
      ...(start && { start }),
      ...(grader && { grader }),
    },
    model: references?.model ?? null,
  };
}

/** An inspection as lists show it. */
export function listedInspection(work: DataWorkOf<'inspect'>): ListedInspection {
  const { id, createdAt, finishedAt, state, input, progress, error } = work;
  return {
    id,
    object: 'lathe.inspection',
    created_at: createdAt,
    finished_at: finishedAt,
    status: state,
    file: input.trainingFile,
    validation_file: input.validationFile,
    model: input.model,
    seed: input.job.seed,
    progress: progress && {
      bytes: progress.bytes,
      total_bytes: progress.totalBytes,
      rows: progress.rows,
    },
    error,
  };
}

/** An inspection with its report, where it has one. */
export async function inspectionObject(
  { artifacts }: Pick<DataWorkPorts, 'artifacts'>,
  work: DataWorkOf<'inspect'>,
): Promise<InspectionObject> {
  return { ...listedInspection(work), report: await findInspectionReport({ artifacts }, work) };
}

/** The report of an inspection; null where it has none, or not yet. */
export async function findInspectionReport(
  { artifacts }: Pick<DataWorkPorts, 'artifacts'>,
  { result }: DataWorkOf<'inspect'>,
): Promise<InspectionReport | null> {
  const key = result?.objects[inspectionObjects.report]?.key;
  return key === undefined ? null : findJson(artifacts, key, inspectionReportSchema);
}

/** One of its objects. Throws `not_found` where it has none such, or not yet. */
export function inspectionPart(
  { id, state, result }: DataWorkOf<'inspect'>,
  { name, word }: { readonly name: string; readonly word: string },
): { readonly key: string; readonly bytes: number } {
  const found = result?.objects[name];
  if (found !== undefined) return found;
  throw new LatheError('not_found', `The inspection ${id} is ${state} and has no ${word}.`, {
    param: 'id',
  });
}

/** An inspection as a page for people. Throws `not_found` until it has a report. */
export async function inspectionPage(
  ports: Pick<DataWorkPorts, 'artifacts'> & Pick<JobPorts, 'files'>,
  work: DataWorkOf<'inspect'>,
): Promise<string> {
  const { key } = inspectionPart(work, { name: inspectionObjects.report, word: 'report' });
  const report = await readJson(ports.artifacts, key, inspectionReportSchema);
  const { id, project, createdAt, input } = work;
  const file = (await ports.files.get(recordKey(project, input.trainingFile)))?.value;
  const { filename: name = input.trainingFile, bytes = null } = file ?? {};
  const { validationFile, job } = input;
  const subject = { name, bytes, id, createdAt };
  return dataPage(report, { ...subject, ...(validationFile === null && { seed: job.seed }) });
}
