import type { EarlyStopping } from '@lathe/recipe/early-stopping';
import type { Evaluation } from '../measure/evaluation.ts';
import type { Objective } from '../objectives/objective.ts';

/** What a rule may watch. */
export type WatchedScore = Pick<Evaluation, 'loss' | 'tokenAccuracy'> & {
  /** Absent in scores of before there were any. */
  readonly figures?: Evaluation['figures'] | undefined;
};

/** The score that a rule watches; not a number where the rows did not tell it. */
export function watched(
  { metric }: Pick<EarlyStopping, 'metric'>,
  { loss, tokenAccuracy, figures }: WatchedScore,
): number {
  if (metric === 'loss') return loss;
  if (isCounted(metric)) return tokenAccuracy;
  return figures?.[metric] ?? Number.NaN;
}

/** What every objective counts: the things of its weight that came out right. */
function isCounted(metric: EarlyStopping['metric']): boolean {
  return metric === 'token_accuracy' || metric === 'accuracy';
}

/**
 * Throws RangeError when a rule watches a metric that the objective does not tell of these rows, such as a rank of pairs that
 * have scores.
 */
export function requireWatchable<Example>(
  rule: Pick<EarlyStopping, 'metric'> | undefined,
  { name, scored }: Pick<Objective<Example>, 'name' | 'scored'>,
): void {
  if (rule === undefined || rule.metric === 'loss') return;
  const own = [...(scored?.metrics ?? []), ...(scored?.writtenMetrics ?? [])];
  const isTold = isCounted(rule.metric) ? !scored?.nothingIsRight : own.includes(rule.metric);
  if (isTold) return;
  throw new RangeError(
    `early stopping watches ${rule.metric}, which these rows do not tell (${name}); it can watch ${['loss', ...own].join(', ')}`,
  );
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
