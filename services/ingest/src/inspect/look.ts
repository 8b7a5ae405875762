import { join } from 'node:path';
import { inStep } from '@lathe/contracts/error';
import type { DataWorkInputs } from '@lathe/contracts/record/data-work';
import { createFindings } from '../check/findings.ts';
import type { DataPorts } from '../data-ports.ts';
import { openBaseModel } from '../model/base-model.ts';
import { openMore } from '../model/uploaded-file.ts';
import type { PipelineInput, PipelinePorts } from '../prepare/ports.ts';
import { rowsOf } from '../rows/rows.ts';
import { keepingNothing } from './nowhere.ts';
import { unlessUnfit } from './unfit-model.ts';

/** For what a file is looked at, and the files themselves. */
export type Asked = Pick<DataWorkInputs['inspect'], 'job'> &
  Pick<PipelineInput, 'trainingFile' | 'validationFile'>;

/** What the pipeline of a job is asked, and what it works with. */
export type Look = { readonly asked: PipelineInput; readonly ports: PipelinePorts };

/**
 * Opens what is needed to read files the way that a job on that model would, without keeping anything. Where it is
 * `isOneOfSeveral`, reading throws UnfitModel if another model of its kind may do better.
 */
export async function openLook(
  model: string,
  { job, ...files }: Asked,
  { isOneOfSeveral, ...ports }: DataPorts & { readonly isOneOfSeveral: boolean },
): Promise<Look> {
  const { project, attempt, signal } = ports;
  const base = job.start?.base ?? model;
  const tried = isOneOfSeveral ? 'tried' : 'taken';
  const folder = join(ports.workFolder, tried, base);
  const opened = await inStep('opening the base model', () =>
    openBaseModel(ports, { name: base, startKey: job.start?.manifestKey, into: folder }),
  );
  const rowModel = { session: `${attempt} ${tried} ${base}`, folder, name: base };
  const rows = rowsOf(ports.rowThreads, rowModel, { project, signal });
  const moreFiles = await openMore(ports, project, job.options);
  const isMethodOpen = job.method === undefined;
  const asked = { attempt, ...files, moreFiles, model: opened, isMethodOpen };
  return {
    asked: { ...asked, job: { ...job, id: attempt, project, model } },
    ports: {
      artifacts: keepingNothing(ports.artifacts),
      rows: isOneOfSeveral ? unlessUnfit(rows) : rows,
      findings: createFindings(ports.settings.listedFindings),
      // Every row that is right counts, however many are wrong.
      settings: { ...ports.settings, tokenizedErrors: Number.POSITIVE_INFINITY },
      workFolder: folder,
      signal,
      progress: ports.progress,
    },
  };
}
