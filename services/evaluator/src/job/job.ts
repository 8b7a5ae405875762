import { reportPrefix } from '@lathe/contracts/artifact/key';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { inStep, mayResume, toWireError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import { isResumable, type JobRecord, moveJob } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey } from '@lathe/contracts/subject';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import { changeJob } from '@lathe/platform/jobs';
import { watchJob } from '@lathe/platform/records/watch-job';
import { contestWarnings, lossWarnings, rewardCourse } from '../contest/loss-course.ts';
import { headlineOf, reportSentence } from '../contest/told.ts';
import { untilEngineHolds } from '../engine/engine-lost.ts';
import { type EvaluationPorts, emit } from './evaluation-ports.ts';
import { type Interruption, interruptionOf } from './interruption.ts';
import { modelName, scoreJob } from './score-job.ts';

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
    const begun = ports.now();
    await emit(ports, job, { name: 'evaluating', message: 'Evaluating the tuned model.' });
    // The loss of a step that learns from rewards says nothing of the step before: its advantages are others.
    const trained = job.grader == null ? await lossWarnings(ports.artifacts, job) : [];
    await warn(ports, job, trained);
    const scored = await untilEngineHolds(() => scoreJob(ports, job, watch.signal), {
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
    const cost = costOf(job, { begun, ended: ports.now() });
    const rewards = job.grader == null ? undefined : await rewardCourse(ports.artifacts, job);
    const report = {
      ...{ ...scored, cost, warnings: [...trained, ...compared] },
      ...(rewards && { rewards }),
    };
    const prefix = reportPrefix(job.project, job.id, newId('attempt'));
    const reportKey = `${prefix}/report.json`;
    await inStep('storing the report', () =>
      writeJson(ports.artifacts, reportKey, evaluationReportSchema, report),
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

/** What the job took so far; times in milliseconds. */
function costOf(
  { progress, trainedTokens, startedAt }: JobRecord,
  { begun, ended }: { readonly begun: number; readonly ended: number },
): NonNullable<EvaluationReport['cost']> {
  return {
    ...{ steps: progress?.step ?? null, trainedTokens },
    trainingSeconds: startedAt === null ? null : Math.max(0, begun / 1000 - startedAt),
    evaluationSeconds: (ended - begun) / 1000,
  };
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
