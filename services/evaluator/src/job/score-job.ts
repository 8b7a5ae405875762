import { type DatasetManifest, datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { inStep, LatheError } from '@lathe/contracts/error';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { tunedModelName } from '@lathe/contracts/record/model';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { allowedServer } from '@lathe/platform/model-servers/allowed';
import { evaluate } from '../contest/evaluate.ts';
import {
  type EvaluateInput,
  hasOwnTokens,
  type Invited,
  type InvitedServer,
} from '../contest/evaluation.ts';
import { type ServedModel, styleOf } from '../models/models.ts';
import { type EvaluationPorts, emit } from './evaluation-ports.ts';
import { lookingOf } from './looking.ts';

/** Opens the models of a trained job and scores them on its held-out rows. */
export async function scoreJob(
  ports: EvaluationPorts,
  job: JobRecord,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const { datasetKey, checkpointKey } = job;
  if (datasetKey === null || checkpointKey === null)
    throw new LatheError('internal_error', 'The job has no dataset or no checkpoint.', {
      retryable: false,
    });
  const dataset = await inStep('reading the held-out rows', () =>
    readJson(ports.artifacts, datasetKey, datasetManifestSchema),
  );
  const opening = 'opening the models';
  const { kind, text, task } = await inStep(opening, () => ports.files.manifest(checkpointKey));
  const found = {
    project: job.project,
    name: modelName(job),
    kind,
    base: baseModelOf(job),
    manifestKey: checkpointKey,
    rows: dataset.kind,
    text,
    task: task ?? dataset.task,
  };
  const tuned = await inStep(opening, () => ports.models.tuned(found));
  // Asked as the rows were prepared, whatever its folder says by now.
  const texts = dataset.text === undefined || hasOwnTokens(job) ? undefined : tuned.texts;
  const served = await inStep(opening, () => ports.models.base(baseModelOf(job), texts));
  const plainBase = await inStep(opening, () => ports.models.base(baseModelOf(job)));
  // Its own task stands in its own folder.
  const base = { ...served, task: plainBase.task, style: styleOf(dataset.kind, served.facts) };
  const told: Promise<void>[] = [];
  const onProgress = (contestant: string, done: number, total: number): void => {
    const part = Math.max(1, Math.ceil(total / ports.settings.progressEvents));
    if (done % part !== 0 && done !== total) return;
    const message = `Evaluating ${contestant}: ${done} of ${total} rows.`;
    const data = { contestant, done, total };
    told.push(
      emit(ports, job, { name: 'evaluating', message, data, detail: `${contestant}:${done}` }),
    );
  };
  const onJudging = (rows: number): void => {
    const message = `All rows are answered; the ways without tuning now learn from ${rows} training rows, which may take minutes.`;
    const data = { training_rows: rows };
    told.push(emit(ports, job, { name: 'evaluating', message, data, detail: 'judging' }));
  };
  const evaluatePorts = { ...ports, signal, onProgress, onJudging };
  const asked = { job, dataset, base, plainBase, tuned };
  const guests = await guestsOf(ports, job, dataset.kind);
  try {
    return await evaluate({ ...asked, ...guests }, evaluatePorts);
  } catch (error) {
    // They may be deleted at any time, and are not worth the evaluation.
    const left = await guestsOf(ports, job, dataset.kind);
    if (namesOf(left) === namesOf(guests)) throw error;
    return await evaluate({ ...asked, ...left }, evaluatePorts);
  } finally {
    // Told before what follows, and missing ones are not worth the evaluation.
    for (const result of await Promise.allSettled(told))
      if (result.status === 'rejected')
        ports.log.warn({ err: result.reason }, 'could not tell the progress');
  }
}

type Guests = Pick<EvaluateInput, 'start' | 'invited' | 'looking'>;

/** Models besides base and tuned model that take part where they still exist. */
async function guestsOf(
  ports: EvaluationPorts,
  job: JobRecord,
  rows: DatasetManifest['kind'],
): Promise<Guests> {
  const start = await startModel(ports, job, rows);
  const looking = await lookingOf(ports, job);
  return { start, invited: await invitedModels(ports, job), ...(looking && { looking }) };
}

function namesOf({ start, invited, looking }: Guests): string {
  const all = [start, looking?.model, ...(invited?.models ?? [])];
  return JSON.stringify(all.map((model) => model?.name ?? null));
}

/**
 * The models that the job names, asked as each was taught to be asked. One that is gone, cannot be opened or is behind a server that
 * may not be asked any more is a note.
 */
async function invitedModels(
  { models, modelServers }: EvaluationPorts,
  job: JobRecord,
): Promise<Invited> {
  const invited = { models: [] as ServedModel[], servers: [] as InvitedServer[] };
  const notes: string[] = [];
  for (const { model, url } of job.options.contestants ?? [])
    try {
      if (url === undefined) invited.models.push(await models.find(job.project, model));
      else {
        const server = allowedServer(modelServers, { url, param: 'lathe.contestants' });
        invited.servers.push({ server, model });
      }
    } catch (error) {
      if (!(error instanceof LatheError) || !absences.includes(error.code)) throw error;
      const where = url === undefined ? '' : ` at ${url}`;
      notes.push(`The model ${model}${where} took no part: ${error.message}`);
    }
  return { ...invited, notes };
}

/** Why a model is not there to be asked, however often it is looked for. */
const absences: readonly string[] = [
  ...['model_not_found', 'unsupported_model', 'unavailable', 'insufficient_permissions'],
];

/** The tuned model that the job went on from, asked as the job's rows are; undefined when it was deleted. */
async function startModel(
  { models }: EvaluationPorts,
  job: JobRecord,
  rows: DatasetManifest['kind'],
): Promise<ServedModel | undefined> {
  if (job.start === undefined) return undefined;
  const find = async (): Promise<ServedModel | undefined> => {
    try {
      const found = await models.find(job.project, job.model);
      return { ...found, style: styleOf(rows, found.facts) };
    } catch (error) {
      if (error instanceof LatheError && error.code === 'model_not_found') return undefined;
      throw error;
    }
  };
  // Where it is deleted while its files are read they are missing; then it is not found when it is looked for again.
  return find().catch(find);
}

/** The name of the tuned model. */
export function modelName(job: JobRecord): string {
  const { project, suffix, id: jobId } = job;
  return tunedModelName({ base: baseModelOf(job), project, suffix, jobId });
}
