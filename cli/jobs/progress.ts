import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { count, duration } from '../terminal/amounts.ts';
import { bar, sparkline } from '../terminal/bar.ts';
import type { Paint } from '../terminal/paint.ts';

/** What is known of a job by its events so far. */
export type Progress = {
  readonly step: number;
  readonly totalSteps: number;
  /** What is learned by: of graded answers their mean reward, else the loss. */
  readonly measure: 'loss' | 'reward';
  /** It of each step, oldest first. */
  readonly values: readonly number[];
  /** The newest on the held-out rows. */
  readonly heldOut: number | null;
  readonly tokensPerSecond: number | null;
  /** What the job said last that was no figure. */
  readonly said: string;
};

/** Nothing is known yet. */
export const noProgress: Progress = {
  step: 0,
  totalSteps: 0,
  measure: 'loss',
  values: [],
  heldOut: null,
  tokensPerSecond: null,
  said: 'waiting for the first event',
};

/** Steps whose values are kept: many more than a terminal has columns. */
const mostValues = 4096;

/** What is known after one more event. */
export function afterEvent(progress: Progress, { type, data, message }: EventObject): Progress {
  const number = (name: string): number | null => {
    const value = data[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const step = number('step') ?? progress.step;
  const totalSteps = number('total_steps') ?? progress.totalSteps;
  if (type !== 'metrics') return { ...progress, step, totalSteps, said: message };
  // The loss of answers that are graded says nothing to people: on held-out prompts it is the reward, negated.
  const isGraded = (number('reward') ?? number('valid_reward')) !== null;
  const measure = isGraded ? 'reward' : progress.measure;
  const heldOut = number(measure === 'reward' ? 'valid_reward' : 'valid_loss') ?? progress.heldOut;
  // A score of held-out rows repeats the figures of its step.
  const value =
    step > progress.step ? number(measure === 'reward' ? 'reward' : 'train_loss') : null;
  return {
    ...progress,
    ...{ step, totalSteps, measure, heldOut },
    values: value === null ? progress.values : [...progress.values, value].slice(-mostValues),
    tokensPerSecond: number('tokens_per_second') ?? progress.tokensPerSecond,
  };
}

export type View = {
  readonly columns: number;
  readonly paint: Paint;
  /** Seconds until the end of the training, where Lathe tells them. */
  readonly secondsLeft: number | null;
};

const mostBarColumns = 30;
const mostCurveColumns = 40;
/** Columns of a terminal in which a figure has no room beside its curve. */
const narrowColumns = 60;

/** The lines that are drawn anew while a job goes on: a bar, the loss or reward as a curve, and figures. */
export function progressLines(progress: Progress, { columns, paint, secondsLeft }: View): string[] {
  const { step, totalSteps, measure, values, heldOut: told, tokensPerSecond, said } = progress;
  if (totalSteps === 0 || values.length === 0) return [paint.dim(said)];
  const isNarrow = columns < narrowColumns;
  const barColumns = Math.max(8, Math.min(mostBarColumns, columns - 40));
  const left = secondsLeft === null ? '' : `${duration(secondsLeft)} left`;
  const speed = tokensPerSecond === null ? '' : `${count(tokensPerSecond)} tokens/s`;
  const steps = `${bar(step / totalSteps, barColumns)} step ${count(step)}/${count(totalSteps)}`;
  const newest = `${measure} ${figure(values.at(-1) ?? 0)}`;
  const heldOut = told === null ? '' : `held-out ${figure(told)}`;
  const curve = (room: number): string =>
    paint.cyan(sparkline(values, Math.min(mostCurveColumns, Math.max(0, room))));
  if (isNarrow)
    return [steps, curve(columns - 1), join([newest, heldOut]), join([speed, left])].filter(
      (line) => line !== '',
    );
  const figures = join([newest, heldOut]);
  return [join([steps, speed, left]), join([curve(columns - figures.length - 3), figures])];
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}

/** Four digits of a loss or reward, whatever its size. */
function figure(value: number): string {
  return value === 0 || Math.abs(value) >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}

/** The same on one line, for outputs that keep every line. */
export function progressLine(progress: Progress, secondsLeft: number | null): string {
  const { step, totalSteps, measure, values, heldOut, tokensPerSecond } = progress;
  return join([
    `step ${step}/${totalSteps}`,
    values.length === 0 ? '' : `${measure} ${figure(values.at(-1) ?? 0)}`,
    heldOut === null ? '' : `held-out ${figure(heldOut)}`,
    tokensPerSecond === null ? '' : `${count(tokensPerSecond)} tokens/s`,
    secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
  ]);
}
