import type { Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';
import { wilson } from '@lathe/scoring/wilson';
import { expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

type Comparison = EvaluationReport['comparisons'][number];

/** Each contestant's accuracy, and what the tuned model comes to against it. */
type Case = Readonly<Record<string, readonly [number, Comparison['verdict']?]>>;

function verdictFor(values: Case) {
  const contestants = Object.entries(values).map(
    ([name, [value]]): Contestant => ({
      ...{ name: name as Contestant['name'], model: null, shots: 0, loss: null },
      ...{ exactMatch: wilson(0, 0), supervisedTokens: 0 },
      metrics: { accuracy: { value, low: 0, high: 1, unit: 'share' } },
    }),
  );
  const tuned = values.tuned?.[0] ?? 0;
  const comparisons = Object.entries(values).flatMap(([name, [value, verdict]]) =>
    verdict === undefined
      ? []
      : [
          {
            ...{ against: name as Contestant['name'], difference: tuned - value },
            ...{ onlyTunedRight: 0, onlyOtherRight: 0 },
            ...{ pValue: verdict === 'cannot tell' ? 0.5 : 0.01, verdict },
          },
        ],
  );
  const of = (name: string) => values[name]?.[0] ?? 0;
  return verdictOf({
    ...{ contestants, comparisons, headline: 'accuracy', unit: 'share' },
    compare: (one, other) => (of(one) - of(other) > 0.2 ? 'improved' : 'cannot tell'),
  });
}

it.each<[string, string, Case]>([
  [
    'improved',
    'The tuned model beats few-shot, the best way without tuning: accuracy 90.0 % against 60.0 % (p = 0.010).',
    { base: [0.1, 'improved'], 'few-shot': [0.6, 'improved'], tuned: [0.9] },
  ],
  [
    "don't fine-tune",
    "Don't fine-tune for this: the tuned model loses to few-shot, the best way without tuning: accuracy 60.0 % against 90.0 % (p = 0.010).",
    { base: [0.1, 'improved'], 'few-shot': [0.9, 'regressed'], tuned: [0.6] },
  ],
  [
    "don't fine-tune",
    "Don't fine-tune for this yet: the tuned model is no better than few-shot, the best way without tuning: accuracy 90.0 % against 90.0 % (p = 0.500).",
    { base: [0.1, 'improved'], 'few-shot': [0.9, 'cannot tell'], tuned: [0.9] },
  ],
  [
    'regressed',
    "Don't fine-tune for this: the tuned model loses to few-shot, the best way without tuning: accuracy 40.0 % against 90.0 % (p = 0.010). It is worse than its base, too.",
    { base: [0.7, 'regressed'], 'few-shot': [0.9, 'regressed'], tuned: [0.4] },
  ],
  [
    'regressed',
    "Don't fine-tune for this: the tuned model loses to base, the model that it was made of: accuracy 40.0 % against 70.0 % (p = 0.010).",
    { base: [0.7, 'regressed'], tuned: [0.4] },
  ],
  [
    'regressed',
    "Don't use this model: it is worse than the one that it went on from: accuracy 80.0 % against 95.0 % (p = 0.010).",
    { base: [0.1, 'improved'], start: [0.95, 'regressed'], tuned: [0.8] },
  ],
  [
    'cannot tell',
    'The tuned model is not clearly better than tf-idf, the best way without tuning: accuracy 80.0 % against 75.0 % (p = 0.500), which may be chance.',
    {
      base: [0.1, 'improved'],
      majority: [0.2, 'improved'],
      'tf-idf': [0.75, 'cannot tell'],
      tuned: [0.8],
    },
  ],
  [
    'cannot tell',
    'Nobody can tell whether these rows teach anything: the tuned model is, as all others, not clearly better than majority, the same answer to everything: accuracy 24.0 % against 25.0 % (p = 0.500).',
    {
      base: [0, 'improved'],
      majority: [0.25, 'cannot tell'],
      'tf-idf': [0.3, 'cannot tell'],
      tuned: [0.24],
    },
  ],
  [
    "don't fine-tune",
    "Don't fine-tune for this yet: the tuned model is no better than tf-idf, the best way without tuning: accuracy 60.0 % against 90.0 % (p = 0.500).",
    {
      majority: [0.5, 'cannot tell'],
      'tf-idf': [0.9, 'cannot tell'],
      tuned: [0.6],
    },
  ],
  [
    'cannot tell',
    'Nobody can tell whether training this model helps: it is no better than base, the model that it was made of: accuracy 50.0 % against 50.0 % (p = 0.500). More rows, more steps or another learning rate may show it.',
    { base: [0.5, 'cannot tell'], tuned: [0.5] },
  ],
  [
    "don't fine-tune",
    "Don't fine-tune for this yet: the tuned model is no better than base, the model that it was made of: accuracy 89.0 % against 91.0 % (p = 0.500).",
    { base: [0.91, 'cannot tell'], 'few-shot': [0.9, 'cannot tell'], tuned: [0.89] },
  ],
  [
    'improved',
    'The tuned model beats base, which the model that it went on from was made of: accuracy 90.0 % against 10.0 % (p = 0.010). It beats the model that it went on from, too: accuracy 90.0 % against 60.0 % (p = 0.010).',
    { base: [0.1, 'improved'], start: [0.6, 'improved'], tuned: [0.9] },
  ],
  [
    'improved',
    'The tuned model beats base, which the model that it went on from was made of: accuracy 90.0 % against 10.0 % (p = 0.010). It cannot be told from the model that it went on from: accuracy 90.0 % against 88.0 % (p = 0.500).',
    { base: [0.1, 'improved'], start: [0.88, 'cannot tell'], tuned: [0.9] },
  ],
  [
    "don't fine-tune",
    "Don't fine-tune for this: the tuned model loses to few-shot, the best way without tuning: accuracy 60.0 % against 90.0 % (p = 0.010). It beats the model that it went on from: accuracy 60.0 % against 40.0 % (p = 0.010).",
    {
      base: [0.1, 'improved'],
      start: [0.4, 'improved'],
      'few-shot': [0.9, 'regressed'],
      tuned: [0.6],
    },
  ],
  ['not compared', '', { tuned: [0.5] }],
])('comes to %s: %s', (outcome, verdict, values) => {
  expect(verdictFor(values)).toEqual({ outcome, verdict, notes: [] });
});

it('leaves models that were tuned as well out of the other ways, and notes what retrieval adds', () => {
  const found = verdictFor({
    base: [0.1, 'improved'],
    tuned: [0.8],
    'tuned + retrieval': [0.9, 'regressed'],
  });
  expect(found).toEqual({
    outcome: 'improved',
    verdict:
      'The tuned model beats base, the model that it was made of: accuracy 80.0 % against 10.0 % (p = 0.010).',
    notes: [
      'With retrieval the tuned model does better still: accuracy 90.0 % against 80.0 % (p = 0.010).',
    ],
  });
});

it('tells how the tuned model does against each model that the job names, whatever the verdict', () => {
  const found = verdictFor({
    base: [0.1, 'improved'],
    'model a': [0.9, 'regressed'],
    'model b': [0.7, 'improved'],
    'model c': [0.8, 'cannot tell'],
    tuned: [0.8],
  });
  expect(found.outcome).toBe('improved');
  expect(found.verdict).toContain('beats base');
  expect(found.notes).toEqual([
    'The tuned model is worse than the model a: accuracy 80.0 % against 90.0 % (p = 0.010).',
    'The tuned model is better than the model b: accuracy 80.0 % against 70.0 % (p = 0.010).',
    'The tuned model cannot be told from the model c: accuracy 80.0 % against 80.0 % (p = 0.500).',
  ]);
});
