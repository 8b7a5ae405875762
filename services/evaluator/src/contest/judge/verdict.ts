import type {
  Contestant,
  EvaluationReport,
  VerdictOutcome,
} from '@lathe/contracts/artifact/report';

type Told = Pick<EvaluationReport, 'contestants' | 'comparisons' | 'headline'> & {
  readonly unit: 'share' | 'number';
  readonly lowerIsBetter?: true | undefined;
  /** Compares two contestants other than the tuned model. */
  readonly compare: (
    one: Contestant['name'],
    other: Contestant['name'],
  ) => EvaluationReport['comparisons'][number]['verdict'];
};

/** One sentence for people, and what it comes to for programs. */
type Verdict = {
  readonly verdict: string;
  readonly outcome: VerdictOutcome;
  readonly notes: string[];
};

/** What stands in a sentence for a contestant that is no way to do the work. */
const called: Readonly<Record<string, string>> = {
  base: 'base, the model that it was made of',
  'base of start': 'base, which the model that it went on from was made of',
  majority: 'majority, the same answer to everything',
};

/** Contestants that were tuned, too. */
const isTunedToo = (name: string): boolean =>
  name === 'tuned' || name === 'start' || isTunedLooking(name);
const isTunedLooking = (name: string): boolean => name.startsWith('tuned + ');

/**
 * The tuned model against the best that there was without it: `Don't fine-tune for this: the tuned model loses to tf-idf, the best
 * way without tuning: accuracy 80.1 % against 91.4 % (p < 0.001).` The sentence is empty where there is nothing to compare.
 */
export function verdictOf(told: Told): Verdict {
  const main = mainVerdict(told);
  const verdict = [main.verdict, ...startSentences(told, main.outcome)].filter(Boolean).join(' ');
  return { ...main, verdict, notes: notesOf(told) };
}

/** How the tuned model does against the one that the job went on from; the verdict itself says where it is worse. */
function startSentences(
  { contestants, comparisons, headline, unit }: Told,
  outcome: VerdictOutcome,
): string[] {
  const [tuned, start] = ['tuned', 'start'].map(
    (wanted) => contestants.find(({ name }) => name === wanted)?.metrics[headline]?.value,
  );
  const found = comparisons.find(({ against }) => against === 'start');
  if (tuned === undefined || start === undefined || found === undefined) return [];
  if (found.verdict === 'regressed') return [];
  const values = `${headline} ${formatMetric(tuned, unit)} against ${formatMetric(start, unit)} (${chanceOf(found.pValue)})`;
  return found.verdict === 'improved'
    ? [
        `It beats the model that it went on from${outcome === 'improved' ? ', too' : ''}: ${values}.`,
      ]
    : [`It cannot be told from the model that it went on from: ${values}.`];
}

function notesOf(told: Told): string[] {
  return [...retrievalNotes(told), ...invitedNotes(told)];
}

/** The tuned model against each one that the job names: they are no part of the verdict, which is about ways that need nothing else. */
function invitedNotes({ contestants, comparisons, headline, unit }: Told): string[] {
  const own = contestants.find(({ name }) => name === 'tuned')?.metrics[headline]?.value;
  return contestants.filter(isInvited).flatMap(({ name, metrics }) => {
    const value = metrics[headline]?.value;
    const found = comparisons.find(({ against }) => against === name);
    if (own === undefined || value === undefined || found === undefined) return [];
    const how = { improved: 'is better than', regressed: 'is worse than' };
    const told = found.verdict === 'cannot tell' ? 'cannot be told from' : how[found.verdict];
    return [
      `The tuned model ${told} the ${name}: ${headline} ${formatMetric(own, unit)} against ${formatMetric(value, unit)} (${chanceOf(found.pValue)}).`,
    ];
  });
}

const isInvited = ({ name }: Contestant): boolean => name.startsWith('model ');

/** What retrieval adds to the tuned model, where it does. */
function retrievalNotes({ contestants, comparisons, headline, unit }: Told): string[] {
  const headlineOf = (name: string) =>
    contestants.find((each) => each.name === name)?.metrics[headline]?.value;
  const own = headlineOf('tuned');
  return comparisons.flatMap(({ against, verdict, pValue }) => {
    const value = isTunedLooking(against) ? headlineOf(against) : undefined;
    if (own === undefined || value === undefined || verdict !== 'regressed') return [];
    const way = against.slice('tuned + '.length);
    return [
      `With ${way} the tuned model does better still: ${headline} ${formatMetric(value, unit)} against ${formatMetric(own, unit)} (${chanceOf(pValue)}).`,
    ];
  });
}

function mainVerdict(told: Told): Omit<Verdict, 'notes'> {
  const { contestants, headline, unit, lowerIsBetter } = told;
  const headlineValue = ({ metrics }: Contestant) => metrics[headline]?.value ?? Number.NaN;
  const sign = lowerIsBetter ? -1 : 1;
  const tuned = contestants.find(({ name }) => name === 'tuned');
  // The model that the job went on from was tuned as well: it is no baseline.
  const others = contestants.filter(
    (each) => !(isTunedToo(each.name) || isInvited(each)) && Number.isFinite(headlineValue(each)),
  );
  const best = others.toSorted((a, b) => sign * (headlineValue(b) - headlineValue(a)))[0];
  const comparison = told.comparisons.find(({ against }) => against === best?.name);
  if (tuned === undefined || best === undefined || comparison === undefined)
    return { verdict: '', outcome: 'not compared' };
  const against = (name: Contestant['name']): Told['comparisons'][number] | undefined =>
    told.comparisons.find((each) => each.against === name);
  const valuesOf = (other: Contestant, pValue: number): string =>
    `${headline} ${formatMetric(headlineValue(tuned), unit)} against ${formatMetric(headlineValue(other), unit)}${pValue < 1 ? ` (${chanceOf(pValue)})` : ''}`;
  const start = contestants.find(({ name }) => name === 'start');
  const who =
    called[best.name === 'base' && start ? 'base of start' : best.name] ??
    `${best.name}, the best way without tuning`;
  const values = valuesOf(best, comparison.pValue);
  const fromStart = against('start');
  if (start !== undefined && fromStart?.verdict === 'regressed')
    return {
      outcome: 'regressed',
      verdict: `Don't use this model: it is worse than the one that it went on from: ${valuesOf(start, fromStart.pValue)}.`,
    };
  const { verdict, rowsNeeded } = comparison;
  if (verdict === 'improved')
    return { outcome: 'improved', verdict: `The tuned model beats ${who}: ${values}.` };
  if (verdict === 'regressed') {
    // Worse than what it was made of is the worse of the two, whatever else would have done better still.
    const hasRegressed = against('base')?.verdict === 'regressed';
    const also = hasRegressed && best.name !== 'base' ? ' It is worse than its base, too.' : '';
    return {
      outcome: hasRegressed ? 'regressed' : "don't fine-tune",
      verdict: `Don't fine-tune for this: the tuned model loses to ${who}: ${values}.${also}`,
    };
  }
  const majority = others.find(({ name }) => name === 'majority');
  const fromMajority = against('majority');
  if (
    majority !== undefined &&
    fromMajority &&
    fromMajority.verdict !== 'improved' &&
    (best === majority || told.compare(best.name, 'majority') !== 'improved')
  )
    return {
      outcome: 'cannot tell',
      verdict: `Nobody can tell whether these rows teach anything: the tuned model is, as all others, not clearly better than ${called.majority}: ${valuesOf(majority, fromMajority.pValue)}${advice(fromMajority.rowsNeeded)}.`,
    };
  const isAsGood = (each: Contestant): boolean =>
    sign * (headlineValue(tuned) - headlineValue(each)) <= 0;
  // A base that is as good alone may speak against the training, not against the task.
  if (others.some((each) => each.name !== 'base' && isAsGood(each)))
    return {
      outcome: "don't fine-tune",
      verdict: `Don't fine-tune for this yet: the tuned model is no better than ${who}: ${values}.`,
    };
  if (isAsGood(best))
    return {
      outcome: 'cannot tell',
      verdict: `Nobody can tell whether training this model helps: it is no better than ${who}: ${values}. More rows, more steps or another learning rate may show it.`,
    };
  return {
    outcome: 'cannot tell',
    verdict: `The tuned model is not clearly better than ${who}: ${values}, which may be chance${advice(rowsNeeded)}.`,
  };
}

function advice(rowsNeeded: number | undefined): string {
  return rowsNeeded === undefined ? '' : `; about ${rowsNeeded} rows like these would tell`;
}

function chanceOf(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}

/** A metric for people: a share in percent, or a number. */
export function formatMetric(value: number, unit: 'share' | 'number'): string {
  return unit === 'share' ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
}
