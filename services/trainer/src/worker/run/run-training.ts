import { LatheError } from '@lathe/contracts/error';
import type { ChildEnd } from '@lathe/platform/child-process';
import type { Logger } from '@lathe/platform/log';
import type { RunEvent, RunOutcome } from '../../run-event.ts';
import type { FromEngine, SlowExamples } from '../engine/engine-message.ts';
import type { StartEngine } from '../engine/engine-process.ts';
import { answerGrading } from './answer-gradings.ts';
import type { AskGrader, GradingSettings } from './grade-answers.ts';
import { createHistory, type History } from './history.ts';
import type { Journal } from './journal.ts';
import { type CountKills, isOutOfMemory, OutOfMemoryError } from './out-of-memory.ts';
import type { PreparedRun } from './run-preparation.ts';
import type { RunUploads } from './run-uploads.ts';
import { createTelemetry } from './telemetry.ts';

/** What the run shall come to; undefined: it shall train to its end. */
type Wanted =
  | { readonly kind: 'pause' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'interrupt'; readonly reason: string; readonly atOnce: boolean };

export type Ending = {
  readonly wanted: Wanted | undefined;
  /** Calls the listener now and at every change. */
  listen(listener: () => void): void;
  pause(): void;
  resume(): void;
  cancel(): void;
  interrupt(reason: string): void;
  settle(): void;
};

export type TrainingPorts = {
  readonly startEngine: StartEngine;
  readonly countKills: CountKills;
  readonly settings: { readonly progressMs: number; readonly grading: GradingSettings };
  readonly askGrader: AskGrader;
  readonly log: Logger;
  readonly now: () => number;
  readonly journal: Journal<RunEvent>;
  readonly ending: Ending;
  readonly uploads: RunUploads;
};

/**
 * Trains in an engine process and tells the journal. Resolves with the outcome when the process is
 * gone and everything it saved is stored. Throws what failed the training.
 */
export async function trainInEngine(
  prepared: PreparedRun,
  ports: TrainingPorts,
): Promise<RunOutcome> {
  const { ending, uploads, journal } = ports;
  const history = createHistory(prepared.history);
  const gone = Promise.withResolvers<ChildEnd>();
  let last: FromEngine | undefined;
  const relay = createRelay(history, ports);
  for (const value of prepared.damaged) journal.add({ $case: 'damaged', value });
  uploads.resumeFrom(prepared.resumedFrom);

  const before = await ports.countKills();
  let isGone = false;
  const grade = (asked: Extract<FromEngine, { kind: 'grade' }>): void => {
    const tell = (text: string) => journal.add({ $case: 'log', value: { level: 'warn', text } });
    const isWanted = () => !isGone && ending.wanted?.kind !== 'cancel';
    answerGrading(asked, prepared.rewarded, {
      ...{
        ...ports.settings.grading,
        log: ports.log,
        ask: ports.askGrader,
        engine,
        isWanted,
        tell,
      },
    }).catch((error: unknown) => {
      fault ??= error;
      void engine.kill();
    });
  };
  let fault: unknown;
  let told = Promise.resolve();
  const engine = ports.startEngine(prepared.task, {
    onMessage: (message) => {
      relay(message);
      if (message.kind === 'grade') grade(message);
      // One after another, so that the newest is told last.
      if (message.kind === 'slow-examples')
        told = told.then(() => tellSlowRows(prepared, message.slow, ports));
      if (message.kind === 'saved') {
        const stored = uploads.store(message, history.upTo(message.step));
        stored.then(
          (manifestKey) => announce(message, manifestKey, journal),
          (error: unknown) => {
            ports.log.error({ err: error, step: message.step }, 'a checkpoint could not be stored');
            const text = `The checkpoint of step ${message.step} could not be stored.`;
            journal.add({ $case: 'log', value: { level: 'warn', text } });
          },
        );
      } else if (isLast(message)) last = message;
    },
    onEnd: (end) => gone.resolve(end),
  });
  ending.listen(() => {
    const { wanted } = ending;
    if (wanted === undefined) engine.send({ kind: 'resume' });
    else if (wanted.kind === 'cancel' || (wanted.kind === 'interrupt' && wanted.atOnce))
      void engine.kill();
    else engine.send({ kind: 'pause' });
  });

  const end = await gone.promise;
  isGone = true;
  await uploads.idle();
  await told;
  if (ending.wanted?.kind === 'cancel') return { $case: 'cancelled', value: {} };
  if (fault !== undefined) throw fault;
  if (last?.kind === 'finished') return succeeded(last.step, history, uploads);
  if (last?.kind === 'failed') {
    ports.log.error({ cause: last.cause }, 'the engine failed');
    const { code, message, param } = last.error;
    if (isOutOfMemory({ signal: null, lastWords: last.cause }, noKills))
      throw new OutOfMemoryError('an allocation failed', last.cause);
    const hint =
      last.examples.length === 0 ? '' : await divergedHint(prepared, last.examples, ports);
    throw new LatheError(code, message + hint, { param, retryable: last.retryable });
  }
  const { checkpointKey } = uploads.newest;
  const step = last?.kind === 'paused' ? last.step : uploads.newest.step;
  if (ending.wanted?.kind === 'interrupt')
    return {
      $case: 'interrupted',
      value: { reason: ending.wanted.reason, step, checkpointKey },
    };
  if (last?.kind === 'paused') return { $case: 'paused', value: { step, checkpointKey } };
  if (end.kind === 'exited') {
    const death = { signal: end.signal, lastWords: end.lastLines };
    if (isOutOfMemory(death, { before, after: await ports.countKills() }))
      throw new OutOfMemoryError(end.how, end.lastLines);
  }
  throw crash(end);
}

/** Of an engine that could still say what failed. */
const noKills = { before: null, after: null };

/** Where to look when a step diverged: the lines of the user's file that it was made of. */
async function divergedHint(
  { linesOf }: PreparedRun,
  examples: readonly number[],
  { log }: TrainingPorts,
): Promise<string> {
  const advice = ' A lower learning rate usually cures this.';
  try {
    const lines = new Set((await linesOf(examples)).values());
    return ` Its rows are on lines ${[...lines].join(', ')} of the training file.${advice}`;
  } catch (error) {
    log.warn({ err: error }, 'the rows of a diverged step could not be named');
    return advice;
  }
}

/** Tells which rows are hardly learnt, by their lines. They are there to be looked at: where they cannot be named, the run goes on. */
async function tellSlowRows(
  { linesOf }: PreparedRun,
  { step, seen, examples }: SlowExamples,
  { journal, log }: TrainingPorts,
): Promise<void> {
  try {
    const lines = await linesOf(examples.map(({ example }) => example));
    // A row of several examples is named once, for the slowest of them.
    const byLine = new Map<number, { line: number; firstLoss: number; lastLoss: number }>();
    for (const { example, first, last } of examples) {
      const line = lines.get(example);
      if (line !== undefined && !byLine.has(line))
        byLine.set(line, { line, firstLoss: first, lastLoss: last });
    }
    journal.add({ $case: 'slowRows', value: { step, seen, rows: [...byLine.values()] } });
  } catch (error) {
    log.warn({ err: error }, 'the rows that are hardly learnt could not be named');
  }
}

async function succeeded(step: number, history: History, uploads: RunUploads): Promise<RunOutcome> {
  let manifestKey: string;
  try {
    manifestKey = await uploads.published(step);
  } catch (error) {
    throw new LatheError('unavailable', 'The trained model could not be stored.', { cause: error });
  }
  // Also the steps after the one that is kept.
  const results = await uploads.storeResults(step, history.upTo(Infinity));
  const trainedTokens = history.tokensUpTo(Infinity);
  return { $case: 'succeeded', value: { step, manifestKey, trainedTokens, results } };
}

function crash(end: ChildEnd): LatheError {
  const cause = new Error(end.lastLines === '' ? 'it printed nothing' : end.lastLines);
  if (end.kind === 'hung')
    return new LatheError(
      'timeout',
      `The engine took no step for ${Math.round(end.silentMs / 1000)} seconds and was stopped.`,
      { cause },
    );
  return new LatheError('training_failed', `The engine process ended early: ${end.how}.`, {
    cause,
    retryable: true,
  });
}

function isLast(message: FromEngine): boolean {
  return message.kind === 'finished' || message.kind === 'paused' || message.kind === 'failed';
}

/** The message about a stored checkpoint; the final model is told of by the result. */
function announce(
  saved: Extract<FromEngine, { kind: 'saved' }>,
  manifestKey: string,
  journal: Journal<RunEvent>,
): void {
  if (saved.why === 'final') return;
  const published = saved.model !== null;
  journal.add({ $case: 'checkpoint', value: { step: saved.step, manifestKey, published } });
}

/** Steps before the checkpoint that a resumed run tells again: more than a reader ever lags behind. */
const retoldSteps = 1000;

/** Turns the engine's messages into what the controller reads. */
function createRelay(
  history: History,
  { journal, now, settings }: TrainingPorts,
): (message: FromEngine) => void {
  let totalSteps = 0;
  let telemetry = createTelemetry(0, now);
  let toldAt = -Infinity;
  return (message) => {
    if (message.kind === 'ready') {
      const { step, trainableParameters } = message;
      totalSteps = message.totalSteps;
      telemetry = createTelemetry(totalSteps, now);
      journal.add({ $case: 'started', value: { step, totalSteps, trainableParameters } });
      // What a worker that died had saved, but nobody had read yet.
      const steps = history.lastSteps(step, retoldSteps);
      if (steps.length > 0) journal.add({ $case: 'steps', value: { steps } });
    } else if (message.kind === 'steps') {
      const { steps } = message;
      for (const each of steps) history.addStep(each);
      journal.add({ $case: 'steps', value: { steps } });
      const { secondsLeft, tokensPerSecond } = telemetry.steps(steps);
      const step = steps.at(-1)?.step ?? 0;
      if (now() - toldAt < settings.progressMs && step < totalSteps) return;
      toldAt = now();
      const value = { step, totalSteps, secondsLeft, tokensPerSecond };
      journal.add({ $case: 'progress', value });
    } else if (message.kind === 'score') {
      history.addScore(message.score);
      journal.add({ $case: 'evaluation', value: message.score });
    } else if (message.kind === 'samples') {
      const { step, side, answers } = message.samples;
      const told = answers.map(
        ({ prompt, text, reward, parts = {}, isTruncated: truncated, row }) => ({
          ...{ prompt, text, truncated, parts, reward: reward ?? undefined },
          ...{ asked: row?.asked, expected: row?.expected },
        }),
      );
      journal.add({
        $case: 'samples',
        value: { step, heldOut: side === 'held-out', answers: told },
      });
    } else if (message.kind === 'log')
      journal.add({ $case: 'log', value: { level: message.level, text: message.text } });
  };
}
