import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { count, duration } from '../terminal/amounts.ts';
import { bar, sparkline } from '../terminal/bar.ts';
import type { Paint } from '../terminal/paint.ts';

/** What is known of a job by its events so far. */
export type Progress = {
  readonly step: number;
  readonly totalSteps: number;
  /** Training loss of each step, oldest first. */
  readonly losses: readonly number[];
  /** The newest on the held-out rows. */
  readonly heldOutLoss: number | null;
  readonly tokensPerSecond: number | null;
  /** What the job said last that was no figure. */
  readonly said: string;
};

/** Nothing is known yet. */
export const noProgress: Progress = {
  step: 0,
  totalSteps: 0,
  losses: [],
  heldOutLoss: null,
  tokensPerSecond: null,
  said: 'waiting for the first event',
};

/** Losses that are kept: many more than a terminal has columns. */
const mostLosses = 4096;

/** What is known after one more event. */
export function afterEvent(progress: Progress, { type, data, message }: EventObject): Progress {
  const number = (name: string): number | null => {
    const value = data[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const step = number('step') ?? progress.step;
  const totalSteps = number('total_steps') ?? progress.totalSteps;
  if (type !== 'metrics') return { ...progress, step, totalSteps, said: message };
  const heldOutLoss = number('valid_loss') ?? progress.heldOutLoss;
  // A score of held-out rows repeats the figures of its step.
  const loss = step > progress.step ? number('train_loss') : null;
  return {
    ...progress,
    ...{ step, totalSteps, heldOutLoss },
    losses: loss === null ? progress.losses : [...progress.losses, loss].slice(-mostLosses),
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

/** The lines that are drawn anew while a job goes on: a bar, the loss as a curve, and figures. */
export function progressLines(progress: Progress, { columns, paint, secondsLeft }: View): string[] {
  const { step, totalSteps, losses, heldOutLoss, tokensPerSecond, said } = progress;
  if (totalSteps === 0 || losses.length === 0) return [paint.dim(said)];
  const isNarrow = columns < narrowColumns;
  const barColumns = Math.max(8, Math.min(mostBarColumns, columns - 40));
  const left = secondsLeft === null ? '' : `${duration(secondsLeft)} left`;
  const speed = tokensPerSecond === null ? '' : `${count(tokensPerSecond)} tokens/s`;
  const steps = `${bar(step / totalSteps, barColumns)} step ${count(step)}/${count(totalSteps)}`;
  const loss = `loss ${figure(losses.at(-1) ?? 0)}`;
  const heldOut = heldOutLoss === null ? '' : `held-out ${figure(heldOutLoss)}`;
  const curve = (room: number): string =>
    paint.cyan(sparkline(losses, Math.min(mostCurveColumns, Math.max(0, room))));
  if (isNarrow)
    return [steps, curve(columns - 1), join([loss, heldOut]), join([speed, left])].filter(
      (line) => line !== '',
    );
  const figures = join([loss, heldOut]);
  return [join([steps, speed, left]), join([curve(columns - figures.length - 3), figures])];
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}

/** Four digits of a loss, whatever its size. */
function figure(loss: number): string {
  return Math.abs(loss) >= 0.001 ? loss.toFixed(3) : loss.toExponential(1);
}

/** The same on one line, for outputs that keep every line. */
export function progressLine(progress: Progress, secondsLeft: number | null): string {
  const { step, totalSteps, losses, heldOutLoss, tokensPerSecond } = progress;
  return join([
    `step ${step}/${totalSteps}`,
    losses.length === 0 ? '' : `loss ${figure(losses.at(-1) ?? 0)}`,
    heldOutLoss === null ? '' : `held-out ${figure(heldOutLoss)}`,
    tokensPerSecond === null ? '' : `${count(tokensPerSecond)} tokens/s`,
    secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
  ]);
}
