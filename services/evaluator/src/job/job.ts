import { type DatasetManifest, datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import { reportPrefix } from '@lathe/contracts/artifact/key';
import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { inStep, LatheError, mayResume, toWireError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import { baseModelOf, isResumable, type JobRecord, moveJob } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { tunedModelName } from '@lathe/contracts/record/model';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { changeJob, type EventPorts, emitterOf } from '@lathe/platform/jobs';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import { watchJob } from '@lathe/platform/records/watch-job';
import { evaluate } from '../contest/evaluate.ts';
import { contestWarnings, lossWarnings } from '../contest/loss-course.ts';
import { headlineOf, reportSentence } from '../contest/told.ts';
import type { Engine } from '../engine/engine.ts';
import { untilEngineHolds } from '../engine/engine-lost.ts';
import type { ModelFiles } from '../models/model-files.ts';
import { type Models, type ServedModel, styleOf } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import type { Texts } from '../texts/texts.ts';
import { type Interruption, interruptionOf } from './interruption.ts';

const emit = emitterOf('evaluate');

export type EvaluationPorts = EventPorts & {
  readonly jobs: Records['jobs'];
  readonly artifacts: ArtifactStore;
  readonly models: Models;
  readonly files: ModelFiles;
  readonly engine: Engine;
  readonly texts: Texts;
  readonly settings: EvaluatorSettings;
  readonly log: Logger;
};

export type EvaluationContext = { readonly signal: AbortSignal; readonly progress: () => void };
export type EvaluationOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'drop'; readonly reason: string };

/**
 * Evaluates one trained job and ends it: scores the models, stores the report, moves the job to
 * `succeeded`. Doing it twice, or after another evaluator did it, changes nothing. A wish to cancel or
 * pause stops it; an engine that is lost meanwhile makes it wait and begin again. Throws the failure of the job, for `failJob`, or one of the infrastructure.
 */
export async function evaluateJob(
  ports: EvaluationPorts,
  message: WorkMessage,
  context: EvaluationContext,
): Promise<EvaluationOutcome> {
  const job = await begin(ports, message);
  if (job === undefined) return { kind: 'drop', reason: 'the job is gone or of another epoch' };
  if (isTerminal(job.state)) {
    // Its last events may be missing.
    if (job.state === 'succeeded') await tellEnd(ports, job);
    return { kind: 'done' };
  }
  const first = interruptionOf(job, job);
  if (first !== undefined) return interrupt(ports, job, first);

  const { cancelPollMs: pollMs } = ports.settings;
  const watch = watchJob(ports, job, {
    look: (now) => interruptionOf(job, now),
    pollMs,
    signal: context.signal,
  });
  // The engine watches over itself, so a long silence of the models is no reason to lose the work.
  const alive = setInterval(context.progress, pollMs);
  try {
    await emit(ports, job, { name: 'evaluating', message: 'Evaluating the tuned model.' });
    const trained = await lossWarnings(ports.artifacts, job);
    await warn(ports, job, trained);
    const scored = await untilEngineHolds(() => score(ports, job, watch.signal), {
      ...ports.settings,
      signal: watch.signal,
      log: ports.log,
      onLost: (losses) =>
        emit(ports, job, {
          name: 'evaluating',
          level: 'warn',
          message: 'The engine ended during the evaluation, which begins again.',
          data: { losses },
          detail: `lost:${losses}`,
        }),
    });
    const compared = contestWarnings(scored);
    await warn(ports, job, compared);
    const report = { ...scored, warnings: [...trained, ...compared] };
    const prefix = reportPrefix(job.project, job.id, newId('attempt'));
    const reportKey = `${prefix}/report.json`;
    await inStep('storing the report', () =>
      ports.artifacts.put(reportKey, Buffer.from(JSON.stringify(report))),
    );
    return await finish(ports, job, { report, reportKey });
  } catch (error) {
    const interruption = watch.found();
    if (interruption === undefined) throw error;
    return interrupt(ports, job, interruption);
  } finally {
    clearInterval(alive);
    watch.stop();
  }
}

async function warn(
  ports: EvaluationPorts,
  job: JobRecord,
  warnings: readonly string[],
): Promise<void> {
  for (const message of warnings)
    await emit(ports, job, { name: 'log', level: 'warn', message, detail: message });
}

/** The job as it stands, `running` when there is work to do; undefined when the message is void. */
async function begin(ports: EvaluationPorts, message: WorkMessage): Promise<JobRecord | undefined> {
  const stored = await ports.jobs.get(recordKey(message.project, message.jobId));
  if (stored === null || stored.value.epoch !== message.epoch) return undefined;
  if (isTerminal(stored.value.state)) return stored.value;
  const now = Math.floor(ports.now() / 1000);
  const job = await changeJob(ports.jobs, message.project, message.jobId, (record) =>
    record.state === 'queued' && record.stage === 'evaluate' && record.epoch === message.epoch
      ? moveJob(record, 'running', { now })
      : null,
  );
  const isOurs = job.epoch === message.epoch && job.stage === 'evaluate';
  return isOurs && job.state === 'running' ? job : undefined;
}

async function score(
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
  const texts = dataset.text === undefined ? undefined : tuned.texts;
  const served = await inStep(opening, () => ports.models.base(baseModelOf(job), texts));
  // Its own task stands in its own folder.
  const { task: ownTask } = await inStep(opening, () => ports.models.base(baseModelOf(job)));
  const base = { ...served, task: ownTask, style: styleOf(dataset.kind, served.facts) };
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
  const evaluatePorts = { ...ports, signal, onProgress };
  const start = await startModel(ports, job, dataset.kind);
  try {
    return await evaluate({ job, dataset, base, tuned, start }, evaluatePorts);
  } catch (error) {
    // It may be deleted at any time, and is not worth the evaluation.
    if (start === undefined || (await startModel(ports, job, dataset.kind)) !== undefined)
      throw error;
    return await evaluate({ job, dataset, base, tuned }, evaluatePorts);
  } finally {
    // Told before what follows, and missing ones are not worth the evaluation.
    for (const result of await Promise.allSettled(told))
      if (result.status === 'rejected')
        ports.log.warn({ err: result.reason }, 'could not tell the progress');
  }
}

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

function modelName(job: JobRecord): string {
  const { project, suffix, id: jobId } = job;
  return tunedModelName({ base: baseModelOf(job), project, suffix, jobId });
}

/** Ends the job with its report; whoever ended it first wins. */
async function finish(
  ports: EvaluationPorts,
  job: JobRecord,
  { report, reportKey }: { report: EvaluationReport; reportKey: string },
): Promise<EvaluationOutcome> {
  const now = Math.floor(ports.now() / 1000);
  const evaluation = headlineOf(report);
  await emit(ports, job, {
    name: 'evaluated',
    message: reportSentence(report),
    data: { ...evaluation, report_key: reportKey },
  });
  const changed = await changeJob(ports.jobs, job.project, job.id, (record) =>
    interruptionOf(job, record) === undefined
      ? moveJob(record, 'succeeded', {
          now,
          reportKey,
          evaluation,
          fineTunedModel: modelName(job),
        })
      : null,
  );
  if (changed.state === 'succeeded' && changed.epoch === job.epoch) {
    await tellEnd(ports, changed);
    return { kind: 'done' };
  }
  return interrupt(ports, job, interruptionOf(job, changed) ?? 'lost');
}

async function tellEnd(ports: EvaluationPorts, job: JobRecord): Promise<void> {
  const name = job.fineTunedModel ?? modelName(job);
  const data = { fine_tuned_model: name };
  await tellModel(ports, job, name);
  await emit(ports, job, {
    name: 'succeeded',
    message: 'The job has successfully completed.',
    data,
  });
}

async function tellModel(ports: EvaluationPorts, job: JobRecord, name: string): Promise<void> {
  await emit(ports, job, {
    name: 'model_created',
    message: `New fine-tuned model created: ${name}`,
    data: { fine_tuned_model: name },
  });
}

/** Gives way to a wish, or to whoever has the job now. */
async function interrupt(
  ports: EvaluationPorts,
  job: JobRecord,
  interruption: Interruption,
): Promise<EvaluationOutcome> {
  if (interruption === 'lost') return { kind: 'drop', reason: 'the job is not ours any more' };
  const now = Math.floor(ports.now() / 1000);
  const state = interruption === 'cancel' ? 'cancelled' : 'paused';
  const changed = await changeJob(ports.jobs, job.project, job.id, (record) =>
    interruptionOf(job, record) === interruption ? moveJob(record, state, { now }) : null,
  );
  if (changed.state === state)
    await emit(ports, job, { name: state, message: `The job was ${state}.` });
  return { kind: 'done' };
}

/** Fails a job whose evaluation failed for good; one that is over or in a newer epoch is left alone. */
export async function failJob(
  ports: EvaluationPorts,
  message: WorkMessage,
  failure: unknown,
): Promise<void> {
  const error = toWireError(failure, 'evaluating the tuned model');
  const now = Math.floor(ports.now() / 1000);
  const job = await changeJob(ports.jobs, message.project, message.jobId, (record) =>
    record.stage === 'evaluate' && record.epoch === message.epoch && !isTerminal(record.state)
      ? moveJob(record, 'failed', { now, error, resumable: mayResume(failure) })
      : null,
  );
  if (job.state !== 'failed' || job.epoch !== message.epoch) return;
  // The model was registered before, and answers.
  if (job.fineTunedModel !== null) await tellModel(ports, job, job.fineTunedModel);
  await emit(ports, job, {
    name: 'failed',
    message: job.error?.message ?? error.message,
    data: { error: job.error, resumable: isResumable(job) },
  });
}
