import { checkpointStep, wholeManifest } from '../../manifest.ts';
import type { RunEvent } from '../../run-event.ts';
import type { ControllerEvent, ControllerPorts } from '../ports.ts';
import { publishCheckpoint } from './checkpoints.ts';
import { keepNewestStates } from './kept-states.ts';
import { forgetLosses } from './losses.ts';
import type { OwnedJob } from './owned-job.ts';

type Metrics = EventOf<'steps'>['steps'][number];
type EventOf<Case extends RunEvent['$case']> = Extract<RunEvent, { $case: Case }>['value'];

/** Writes what a run tells into the job's record, its events and its checkpoints. */
export type RunRecorder = {
  take(event: RunEvent): Promise<void>;
  /** Writes the progress that is still held back. */
  flush(): Promise<void>;
};

/**
 * A recorder for one run of a job. Steps that an earlier run has reported are not reported again,
 * and long jobs report every so many steps; the record's progress is written once in a while.
 */
export function createRunRecorder(ports: ControllerPorts, job: OwnedJob): RunRecorder {
  const { settings, emit, now } = ports;
  let reported = job.record.progress?.step ?? 0;
  let totalSteps = job.record.progress?.totalSteps ?? 0;
  let latest: { step: number; secondsLeft: number | undefined } | undefined;
  let tokensPerSecond = 0;
  let lastMetrics: Record<string, unknown> = {};
  let writtenAt = -Infinity;
  let savedStep = checkpointStep(job.record.checkpointKey);
  let furthestStep = savedStep;
  const states = keepNewestStates(ports, job.record);

  const writeProgress = async (): Promise<void> => {
    if (latest === undefined) return;
    const { step, secondsLeft } = latest;
    latest = undefined;
    writtenAt = now();
    const estimatedFinish =
      secondsLeft === undefined ? null : Math.ceil(now() / 1000 + secondsLeft);
    await job.change((record) => ({
      progress: { step: Math.max(step, record.progress?.step ?? 0), totalSteps, estimatedFinish },
    }));
  };

  const started = async ({ step, totalSteps: total, ...rest }: EventOf<'started'>) => {
    totalSteps = total;
    await job.change((record) => ({
      progress: {
        step: Math.max(step, record.progress?.step ?? 0),
        totalSteps,
        estimatedFinish: record.progress?.estimatedFinish ?? null,
      },
    }));
    const { epoch, worker } = job.record;
    const first = step === 0;
    await emit(job.record, {
      name: first ? 'started' : 'resumed',
      message: first
        ? `Training started: ${total} steps.`
        : `Training resumed from the checkpoint of step ${step} of ${total}.`,
      data: { step, total_steps: total, worker, trainable_parameters: rest.trainableParameters },
      dedupeId: `started:${epoch}`,
    });
  };

  const isReported = (step: number): boolean => {
    const every = Math.max(1, Math.ceil(totalSteps / settings.metricsEvents));
    return step % every === 0 || step === 1 || step === totalSteps;
  };

  /** The event of a step, unless it was reported before or is one of those between. */
  const metrics = (value: Metrics): ControllerEvent | undefined => {
    const { step } = value;
    lastMetrics = {
      step,
      total_steps: totalSteps,
      epoch: value.epoch,
      train_loss: value.loss,
      train_mean_token_accuracy: value.tokenAccuracy,
      learning_rate: value.learningRate,
      gradient_norm: value.gradientNorm,
      supervised_tokens: value.supervisedTokens,
      tokens: value.tokens,
      ...value.figures,
      tokens_per_second: tokensPerSecond || value.tokens / Math.max(value.seconds, 1e-6),
    };
    if (step <= reported) return undefined;
    if (!isReported(step)) return undefined;
    reported = step;
    return {
      name: 'metrics',
      type: 'metrics',
      message: `Step ${step}/${totalSteps}: ${rewardOf(value.figures) ?? `training loss=${value.loss.toFixed(4)}`}`,
      data: lastMetrics,
      dedupeId: `metrics:${step}`,
    };
  };

  /** Some answers with their rewards: of the steps that are reported, and of every score; or with what their rows expect. */
  const samples = async ({ step, heldOut, answers }: EventOf<'samples'>) => {
    if (!heldOut && (step <= reported || !isReported(step))) return;
    const when = step === 0 ? 'before the first step' : `after step ${step}`;
    const isRewarded = answers.every(({ asked }) => asked === undefined);
    const beside = isRewarded ? 'their rewards' : 'what their rows expect';
    await emit(job.record, {
      name: 'samples',
      message: heldOut
        ? `Answers to held-out prompts ${when}, with ${beside}.`
        : `Answers of step ${step}, with their rewards.`,
      data: {
        ...{ step, held_out: heldOut },
        answers: answers.map(({ reward, parts, asked, expected, ...answer }) =>
          asked === undefined
            ? {
                ...{ ...answer, reward: reward ?? null },
                ...(Object.keys(parts).length > 0 && { parts }),
              }
            : { ...answer, asked, expected },
        ),
      },
      dedupeId: `samples:${heldOut ? 'held-out:' : ''}${step}`,
    });
  };

  /** Rows whose answers the model does not come to give: their losses, by line. */
  const slowRows = async ({ step, seen, rows }: EventOf<'slowRows'>) => {
    await emit(job.record, {
      name: 'slow_rows',
      message: slowRowsText(rows.map(({ line }) => line)),
      data: {
        ...{ step, seen_rows: seen },
        rows: rows.map(({ line, firstLoss, lastLoss }) => ({
          ...{ line, first_loss: firstLoss, last_loss: lastLoss },
        })),
      },
      dedupeId: `slow-rows:${step}`,
    });
  };

  const evaluation = async ({ step, loss, tokenAccuracy, figures }: EventOf<'evaluation'>) => {
    await emit(job.record, {
      name: 'evaluation_metrics',
      type: 'metrics',
      message: `Scored the held-out rows after step ${step}: ${rewardOf(figures) ?? `loss=${loss.toFixed(4)}`}`,
      data: {
        ...lastMetrics,
        step,
        valid_loss: loss,
        valid_mean_token_accuracy: tokenAccuracy,
        full_valid_loss: loss,
        full_valid_mean_token_accuracy: tokenAccuracy,
        ...Object.fromEntries(
          Object.entries(figures).map(([name, value]) => [`valid_${name}`, value]),
        ),
      },
      dedupeId: `evaluation:${step}`,
    });
  };

  const checkpoint = async ({ step, manifestKey, published }: EventOf<'checkpoint'>) => {
    // After a restart of the controller the worker tells everything again.
    if (step < savedStep) return;
    if (published && (await wholeManifest(ports.artifacts, manifestKey)) === null)
      return damaged({ manifestKey, problem: 'not all files of its model are there' });
    savedStep = step;
    const isNews = step > furthestStep;
    furthestStep = Math.max(step, furthestStep);
    await job.change((record) => ({
      checkpointKey: manifestKey,
      ...(isNews ? forgetLosses(record) : {}),
    }));
    if (published) {
      const { model } = await publishCheckpoint(ports, job.record, manifestKey);
      await emit(job.record, {
        name: 'checkpoint',
        message: `Checkpoint created at step ${step}.`,
        data: { step, fine_tuned_model_checkpoint: model },
        dedupeId: `checkpoint:${step}`,
      });
    }
    await states
      .took(manifestKey)
      .catch((error: unknown) =>
        ports.log.warn({ err: error }, 'an old training state is left in the store'),
      );
  };

  /** The run could not read it: what it names is behind us, and another checkpoint may take its place. */
  const damaged = async ({ manifestKey, problem }: EventOf<'damaged'>) => {
    const step = checkpointStep(manifestKey);
    await emit(job.record, {
      name: 'log',
      level: 'warn',
      message: `The checkpoint of step ${step} is damaged and was skipped: ${problem}.`,
      data: { step, problem },
      dedupeId: `damaged:${manifestKey}`,
    });
    if (job.record.checkpointKey === manifestKey) {
      await job.change(() => ({ checkpointKey: null }));
      savedStep = 0;
    }
    await states
      .dropped(manifestKey)
      .catch((error: unknown) =>
        ports.log.warn({ err: error }, 'a damaged training state is left in the store'),
      );
  };

  return {
    async take(event) {
      if (event.$case === 'started') await started(event.value);
      else if (event.$case === 'steps')
        await emit(job.record, ...event.value.steps.flatMap((step) => metrics(step) ?? []));
      else if (event.$case === 'evaluation') await evaluation(event.value);
      else if (event.$case === 'samples') await samples(event.value);
      else if (event.$case === 'slowRows') await slowRows(event.value);
      else if (event.$case === 'checkpoint') await checkpoint(event.value);
      else if (event.$case === 'damaged') await damaged(event.value);
      else if (event.$case === 'progress') {
        latest = { step: event.value.step, secondsLeft: event.value.secondsLeft };
        tokensPerSecond = event.value.tokensPerSecond;
        if (now() - writtenAt >= settings.progressMs) await writeProgress();
      } else if (event.$case === 'log') {
        const { level, text } = event.value;
        await emit(job.record, {
          name: 'log',
          level: level === 'error' || level === 'warn' ? level : 'info',
          message: text,
          dedupeId: `log:${job.record.epoch}:${text}`,
        });
      }
    },
    flush: writeProgress,
  };
}

/** What is said of rows that are hardly learnt, by their lines. */
function slowRowsText(lines: readonly number[]): string {
  const [line] = lines;
  if (line === undefined) return 'No row is hardly learnt any more.';
  const shown = lines.slice(0, linesShown).join(', ');
  const more = lines.length > linesShown ? ` and ${lines.length - linesShown} more` : '';
  return lines.length === 1
    ? `One row is hardly learnt while the others are, on line ${line}: look whether it is right.`
    : `${lines.length} rows are hardly learnt while the others are, on lines ${shown}${more}: look whether they are right.`;
}

/** Lines that a message names at most; its data has all of them. */
const linesShown = 5;

/** The mean reward in words, of a run that learns from rewards. */
function rewardOf({
  reward,
  reward_missing,
}: Readonly<Record<string, number>>): string | undefined {
  if (reward_missing === undefined) return undefined;
  return reward === undefined ? 'no answer could be graded' : `mean reward=${reward.toFixed(4)}`;
}
