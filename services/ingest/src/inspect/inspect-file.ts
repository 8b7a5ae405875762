import { join } from 'node:path';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { inStep, LatheError, toWireError } from '@lathe/contracts/error';
import type { DataWorkInputs } from '@lathe/contracts/record/data-work';
import type { ByteSource } from '@lathe/platform/artifacts/port';
import { toHttp } from '@lathe/recipe/http-form';
import { createFindings } from '../check/findings.ts';
import type { DataPorts, DataRun } from '../data-ports.ts';
import { settingsOf } from '../lesson/decide.ts';
import { openBaseModel } from '../model/base-model.ts';
import { openFile } from '../model/uploaded-file.ts';
import { completeDataset } from '../pipeline.ts';
import { reportOfRead } from '../prepare/dataset-facts.ts';
import type { PipelineInput, PipelinePorts } from '../prepare/ports.ts';
import { readFiles } from '../prepare/read-files.ts';
import type { Spool } from '../read/spool.ts';
import { rowsOf } from '../rows/rows.ts';
import { firstModels } from './choose-model.ts';
import { keepingNothing } from './nowhere.ts';
import { repairedFile } from './repaired.ts';

type Input = DataWorkInputs['inspect'];
type Files = Pick<PipelineInput, 'trainingFile' | 'validationFile'>;

/** Looks at a file the way that a job would read it, to the end, and keeps what was seen instead of the dataset. */
export const inspectFile: DataRun<'inspect'> = async (input, ports) => {
  const { project, artifacts, prefix } = ports;
  const files: Files = {
    trainingFile: await openFile(ports, project, {
      id: input.trainingFile,
      param: 'training_file',
    }),
    validationFile:
      input.validationFile === null
        ? null
        : await openFile(ports, project, { id: input.validationFile, param: 'validation_file' }),
  };
  const { report, spool } = await lookAt(input, files, ports);
  const objects: Record<string, ObjectRef> = {};
  const put = async (name: string, source: ByteSource): Promise<void> => {
    const key = `${prefix}/${name}`;
    objects[name] = { key, ...(await artifacts.put(key, source)) };
  };
  const repaired = spool && repairedFile(spool);
  if (repaired !== undefined) await put(inspectionObjects.repaired, repaired.lines());
  // Without a row it is no file.
  if (repaired?.counts.rows === 0) delete objects[inspectionObjects.repaired];
  const told = objects[inspectionObjects.repaired] && { repaired: repaired?.counts };
  await put(inspectionObjects.report, Buffer.from(JSON.stringify({ ...report, ...told })));
  return { objects, files: [] };
};

/** What was seen, and where the rows of the training file are that are right. */
type Seen = { readonly report: InspectionReport; readonly spool?: Spool };

/** For the model that the request names, or the first that learns from such rows. */
async function lookAt(input: Input, files: Files, ports: DataPorts): Promise<Seen> {
  if (input.model !== null) return lookFor(input.model, input, { ...ports, uploads: files });
  const candidates = await firstModels(ports);
  let first: Seen | undefined;
  for (const model of candidates) {
    const seen = await lookFor(model, input, { ...ports, uploads: files });
    if (seen.report.refusal?.code !== 'unsupported_model') return seen;
    first ??= seen;
  }
  if (first !== undefined) return { ...first, report: { ...first.report, model: null } };
  throw new LatheError('model_not_found', 'No base model is offered that the file could be for.', {
    param: 'model',
    retryable: false,
  });
}

async function lookFor(
  model: string,
  input: Input,
  ports: DataPorts & { readonly uploads: Files },
): Promise<Seen> {
  const { project, attempt, uploads } = ports;
  const base = input.job.start?.base ?? model;
  const folder = join(ports.workFolder, base);
  const opened = await inStep('opening the base model', () =>
    openBaseModel(ports, { name: base, startKey: input.job.start?.manifestKey, into: folder }),
  );
  const rowModel = { session: `${attempt} ${base}`, folder, name: base };
  const asked: PipelineInput = {
    job: { ...input.job, id: attempt, project, model },
    ...{ attempt, ...uploads, model: opened },
  };
  const { signal } = ports;
  const pipeline: PipelinePorts = {
    artifacts: keepingNothing(ports.artifacts),
    rows: rowsOf(ports.rowThreads, rowModel, { project, signal }),
    findings: createFindings(ports.settings.listedFindings),
    settings: ports.settings,
    workFolder: folder,
    signal,
    progress: ports.progress,
  };
  return judged(model, asked, pipeline);
}

async function judged(model: string, asked: PipelineInput, ports: PipelinePorts): Promise<Seen> {
  const refused = (error: unknown): NonNullable<InspectionReport['refusal']> => {
    // What another try may cure is no verdict on the file.
    if (!(error instanceof LatheError) || error.retryable) throw error;
    return toWireError(error, 'reading the file');
  };
  try {
    const files = await readFiles(asked, ports);
    const { spool, rows } = files.training;
    const { lesson } = rows;
    try {
      const { report, manifest } = await completeDataset(asked, files, ports);
      const task = toHttp(manifest.task ?? settingsOf(lesson, files.wish));
      return { spool, report: { version: 1, refusal: null, model, task, dataset: report } };
    } catch (error) {
      const task = toHttp(settingsOf(lesson, files.wish));
      const dataset = await reportOfRead(files, ports);
      return { spool, report: { version: 1, refusal: refused(error), model, task, dataset } };
    }
  } catch (error) {
    return { report: { version: 1, refusal: refused(error), model, task: null, dataset: null } };
  }
}
