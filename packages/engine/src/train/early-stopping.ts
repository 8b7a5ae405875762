import type { EarlyStopping } from '@lathe/recipe/early-stopping';
import type { Evaluation } from '../measure/evaluation.ts';

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
