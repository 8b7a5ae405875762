import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EarlyStopping } from '@lathe/recipe/early-stopping';
import type { Evaluation } from '../measure/evaluation.ts';
import type { StepMetrics, Trainer } from './trainer.ts';

/** The score that a rule watches. */
export function watched(
  { metric }: Pick<EarlyStopping, 'metric'>,
  { loss, tokenAccuracy }: Pick<Evaluation, 'loss' | 'tokenAccuracy'>,
): number {
  return metric === 'loss' ? loss : tokenAccuracy;
}

/** The course of a watched metric. */
export type Watch = {
  /** Takes in a value; tells whether it is the best so far, and whether to go on. */
  take(step: number, value: number): { readonly isBest: boolean; readonly goesOn: boolean };
  /** The step with the best value; undefined before the first. */
  readonly best: { readonly step: number; readonly value: number } | undefined;
};

/** Watches a metric by its rule. A value that is not a number is never better. */
export function watchMetric({
  metric,
  patience,
  minimumChange,
}: Pick<EarlyStopping, 'metric' | 'patience' | 'minimumChange'>): Watch {
  let best: Watch['best'];
  let since = 0;
  const gain = (value: number, over: number): number =>
    metric === 'loss' ? over - value : value - over;
  return {
    get best() {
      return best;
    },
    take(step, value) {
      const isBest =
        best === undefined ? !Number.isNaN(value) : gain(value, best.value) > minimumChange;
      if (isBest) best = { step, value };
      since = isBest ? 0 : since + 1;
      return { isBest, goesOn: since < patience };
    },
  };
}

export type WatchedRun<Example> = {
  readonly trainer: Trainer<Example>;
  readonly rule: EarlyStopping;
  readonly heldOut: readonly Example[];
  /** Epochs of the run, for the default of `everySteps`. */
  readonly epochs: number;
  /** Where the state of the best step is kept meanwhile. */
  readonly folder: string;
  readonly onStep: (metrics: StepMetrics) => Promise<void> | void;
  readonly onEvaluation: (step: number, evaluation: Evaluation) => Promise<void> | void;
};

/**
 * Trains until the held-out metric has stopped getting better, or to the planned end, and goes back to the
 * step with the best value. Answers that step. Throws RangeError when nothing is held out.
 */
export async function trainWithEarlyStopping<Example>({
  trainer,
  rule,
  heldOut,
  epochs,
  folder,
  onStep,
  onEvaluation,
}: WatchedRun<Example>): Promise<number> {
  if (heldOut.length === 0)
    throw new RangeError('early stopping needs held-out examples to look at');
  const every = rule.everySteps ?? Math.max(1, Math.round(trainer.totalSteps / epochs));
  const watch = watchMetric(rule);
  await mkdir(dirname(folder), { recursive: true });
  try {
    for (let goesOn = true; goesOn && trainer.step < trainer.totalSteps; ) {
      await onStep(await trainer.trainStep());
      const { step } = trainer;
      if (step % every !== 0 && step !== trainer.totalSteps) continue;
      const evaluation = await trainer.evaluate(heldOut);
      await onEvaluation(step, evaluation);
      const taken = watch.take(step, watched(rule, evaluation));
      goesOn = taken.goesOn;
      if (taken.isBest) await trainer.saveState(folder);
    }
    if (watch.best !== undefined && watch.best.step !== trainer.step)
      await trainer.restoreState(folder);
    return trainer.step;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
