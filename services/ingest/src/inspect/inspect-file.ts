import { join } from 'node:path';
import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { inStep, LatheError, toWireError } from '@lathe/contracts/error';
import type { DataWorkInputs } from '@lathe/contracts/record/data-work';
import { toHttp } from '@lathe/recipe/http-form';
import { createFindings } from '../check/findings.ts';
import type { DataPorts, DataRun } from '../data-ports.ts';
import { settingsOf } from '../lesson/decide.ts';
import { openBaseModel } from '../model/base-model.ts';
import { openFile } from '../model/uploaded-file.ts';
import {
  completeDataset,
  type PipelineInput,
  type PipelinePorts,
  readFiles,
  reportOfRead,
} from '../pipeline.ts';
import { rowsOf } from '../rows/rows.ts';
import { firstModels } from './choose-model.ts';
import { keepingNothing } from './nowhere.ts';

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
  const report = await lookAt(input, files, ports);
  const name = inspectionObjects.report;
  const key = `${prefix}/${name}`;
  const stored = await artifacts.put(key, Buffer.from(JSON.stringify(report)));
  return { objects: { [name]: { key, ...stored } }, files: [] };
};

/** For the model that the request names, or the first that learns from such rows. */
async function lookAt(input: Input, files: Files, ports: DataPorts): Promise<InspectionReport> {
  if (input.model !== null) return lookFor(input.model, input, { ...ports, uploads: files });
  const candidates = await firstModels(ports);
  let first: InspectionReport | undefined;
  for (const model of candidates) {
    const report = await lookFor(model, input, { ...ports, uploads: files });
    if (report.refusal?.code !== 'unsupported_model') return report;
    first ??= report;
  }
  if (first !== undefined) return { ...first, model: null };
  throw new LatheError('model_not_found', 'No base model is offered that the file could be for.', {
    param: 'model',
    retryable: false,
  });
}

async function lookFor(
  model: string,
  input: Input,
  ports: DataPorts & { readonly uploads: Files },
): Promise<InspectionReport> {
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

async function judged(
  model: string,
  asked: PipelineInput,
  ports: PipelinePorts,
): Promise<InspectionReport> {
  const refused = (error: unknown): NonNullable<InspectionReport['refusal']> => {
    // What another try may cure is no verdict on the file.
    if (!(error instanceof LatheError) || error.retryable) throw error;
    return toWireError(error, 'reading the file');
  };
  try {
    const files = await readFiles(asked, ports);
    const { lesson } = files.training.rows;
    try {
      const { report, manifest } = await completeDataset(asked, files, ports);
      const task = toHttp(manifest.task ?? settingsOf(lesson, files.wish));
      return { version: 1, refusal: null, model, task, dataset: report };
    } catch (error) {
      const task = toHttp(settingsOf(lesson, files.wish));
      const dataset = await reportOfRead(files, ports);
      return { version: 1, refusal: refused(error), model, task, dataset };
    }
  } catch (error) {
    return { version: 1, refusal: refused(error), model, task: null, dataset: null };
  }
}
