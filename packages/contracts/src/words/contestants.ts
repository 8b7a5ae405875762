import type { Contestant, EvaluationReport } from '../artifact/report.ts';

export type Unit = Contestant['metrics'][string]['unit'];

/** What a contestant is, for people who have not read the manual. */
const plain: Readonly<Record<Contestant['name'], string>> = {
  majority: 'always the most frequent answer of the training rows',
  'longer answer': 'takes the longer of two for the better',
  'tf-idf': 'classical statistics on words, no language model',
  'nearest vectors': 'the most similar training rows decide',
  vectors: 'classical statistics on vectors of the base model',
  'word tags': 'the most frequent tag of each word',
  'best sentence': 'the sentence that shares most words with the question',
  bm25: 'search by words in common',
  'nearest row': 'the answer of the most similar training row',
  base: 'the model as it was before tuning',
  'few-shot': 'the base model with examples in its prompt',
  'base + retrieval': 'the base model with similar training rows in its question',
  'base + vectors': 'the base model with training rows in its question that are similar by vectors',
  'base + documents': 'the base model with passages of documents in its question',
  'base + document vectors':
    'the base model with passages in its question that are similar by vectors',
  'tuned + retrieval': 'the tuned model with similar training rows in its question',
  'tuned + vectors':
    'the tuned model with training rows in its question that are similar by vectors',
  'tuned + documents': 'the tuned model with passages of documents in its question',
  'tuned + document vectors':
    'the tuned model with passages in its question that are similar by vectors',
  start: 'the tuned model that this job went on from',
  tuned: 'what this job made',
};

/**
 * What a contestant is, in a few words; of few-shot, with how many examples and how they were chosen.
 * @example const words = whoIs(contestant); // "classical statistics on words, no language model"
 */
export function whoIs({ name, shots, examples }: Contestant): string {
  if (name !== 'few-shot' || shots === 0)
    return plain[name] ?? 'a model that the job compares with';
  const how = examples === undefined ? '' : examples === 'nearest' ? ', the most similar ones' : '';
  return `the base model with ${shots} ${shots === 1 ? 'example' : 'examples'} in its prompt${how}`;
}

/**
 * A value of a metric: a share as percent, or a number of four figures at most.
 * @example metricText(0.914, 'share'); // "91.4 %"
 */
export function metricText(value: number, unit: Unit): string {
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  return String(Number(value.toPrecision(4)));
}

/**
 * A difference with its sign, in points where shares are compared.
 * @example differenceText(-0.02, 'share'); // "−2.0 points"
 */
export function differenceText(difference: number, unit: Unit): string {
  const size = Math.abs(difference);
  const text =
    unit === 'share' ? `${(100 * size).toFixed(1)} points` : String(Number(size.toPrecision(3)));
  if (Number(text.split(' ')[0]) === 0) return text;
  return `${difference < 0 ? '−' : '+'}${text}`;
}

/**
 * An interval of a difference, in the unit of the difference beside it.
 * @example spanText(-0.02, 0.05, 'share'); // "−2.0 to +5.0"
 */
export function spanText(low: number, high: number, unit: Unit): string {
  const [from, to] = [low, high].map((value) => differenceText(value, unit).replace(' points', ''));
  return `${from} to ${to}`;
}

/**
 * How likely chance alone makes a difference as large.
 * @example chanceText(0.0312); // "3.1 %"
 */
export function chanceText(pValue: number): string {
  return pValue < 0.001 ? '< 0.1 %' : `${(100 * pValue).toFixed(1)} %`;
}

/**
 * The unit of a metric, as any contestant has it.
 * @example const unit = unitOf(report, 'exact_match'); // "share"
 */
export function unitOf({ contestants }: EvaluationReport, metric: string): Unit {
  return contestants.find(({ metrics }) => metrics[metric])?.metrics[metric]?.unit ?? 'share';
}
