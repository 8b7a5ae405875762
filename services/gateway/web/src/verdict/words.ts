import type {
  Contestant,
  EvaluationReport,
  VerdictOutcome,
} from '@lathe/contracts/artifact/report';

type Unit = Contestant['metrics'][string]['unit'];

/** What a contestant is, for people who have not read the manual. */
const plain: Readonly<Record<string, string>> = {
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
  'tuned + retrieval': 'the tuned model with similar training rows in its question',
  start: 'the tuned model that this job went on from',
  tuned: 'what this job made',
};

/** What a contestant is, in a few words. */
export function whoIs({ name, shots }: Contestant): string {
  if (name === 'few-shot' && shots > 0) return `${plain[name]}: ${shots}`;
  return plain[name] ?? 'a model that the job compares with';
}

/** A value of a metric: a share as percent, or a number of four figures at most. */
export function metricText(value: number, unit: Unit): string {
  return unit === 'share' ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

/** A difference with its sign, in points where shares are compared. */
export function differenceText(difference: number, unit: Unit): string {
  const size = Math.abs(difference);
  const text =
    unit === 'share' ? `${(100 * size).toFixed(1)} points` : String(Number(size.toPrecision(3)));
  return Number(text.split(' ')[0]) === 0 ? text : `${difference < 0 ? '−' : '+'}${text}`;
}

/** How likely chance alone makes a difference as large. */
export function chanceText(pValue: number): string {
  return pValue < 0.001 ? '< 0.1 %' : `${(100 * pValue).toFixed(1)} %`;
}

/** The unit of a metric, as any contestant has it. */
export function unitOf({ contestants }: EvaluationReport, metric: string): Unit {
  return contestants.find(({ metrics }) => metrics[metric])?.metrics[metric]?.unit ?? 'share';
}

/** What a verdict comes to: its colour, and its words beside the colour. */
export const outcomes: Readonly<
  Record<VerdictOutcome, { readonly tone: string; readonly sign: string }>
> = {
  improved: { tone: 'good', sign: '▲ Improved' },
  regressed: { tone: 'bad', sign: '▼ Regressed' },
  "don't fine-tune": { tone: 'bad', sign: '✕ Don’t fine-tune' },
  'cannot tell': { tone: 'warn', sign: '= Cannot tell' },
  'not compared': { tone: 'warn', sign: 'Not compared' },
};
