import type { Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';

type Told = Pick<EvaluationReport, 'contestants' | 'comparisons' | 'headline'> & {
  readonly unit: 'share' | 'number';
  readonly lowerIsBetter?: true | undefined;
};

/**
 * The tuned model against the best that there was without it, in one sentence: `Don't fine-tune for this: the tuned model loses to
 * tf-idf, the best baseline: accuracy 80.1 % against 91.4 % (p < 0.001).` Empty where there is nothing to compare.
 */
export function verdictOf({
  contestants,
  comparisons,
  headline,
  unit,
  lowerIsBetter,
}: Told): string {
  const headlineValue = ({ metrics }: Contestant) => metrics[headline]?.value ?? Number.NaN;
  const tuned = contestants.find(({ name }) => name === 'tuned');
  // The model that the job went on from was tuned as well: it is no baseline.
  const others = contestants.filter(
    (each) =>
      each.name !== 'tuned' && each.name !== 'start' && Number.isFinite(headlineValue(each)),
  );
  const [first, ...rest] = others;
  if (tuned === undefined || first === undefined) return '';
  const sign = lowerIsBetter ? -1 : 1;
  const best = rest.reduce(
    (a, b) => (sign * (headlineValue(b) - headlineValue(a)) > 0 ? b : a),
    first,
  );
  const comparison = comparisons.find(({ against }) => against === best.name);
  if (comparison === undefined) return '';
  const { verdict, pValue, rowsNeeded } = comparison;
  const values = `${headline} ${formatMetric(headlineValue(tuned), unit)} against ${formatMetric(headlineValue(best), unit)}`;
  const chance = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
  const who = `${best.name}, the best baseline`;
  if (verdict === 'improved') return `The tuned model beats ${who}: ${values} (${chance}).`;
  if (verdict === 'regressed')
    return `Don't fine-tune for this: the tuned model loses to ${who}: ${values} (${chance}).`;
  if (sign * (headlineValue(tuned) - headlineValue(best)) <= 0)
    return `Don't fine-tune for this yet: the tuned model is no better than ${who}: ${values} (${chance}).`;
  const needed = rowsNeeded === undefined ? '' : `; about ${rowsNeeded} rows like these would tell`;
  return `The tuned model is not clearly better than ${who}: ${values}, which may be chance (${chance})${needed}.`;
}

/** A metric for people: a share in percent, or a number. */
export function formatMetric(value: number, unit: 'share' | 'number'): string {
  return unit === 'share' ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
}
