import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { wilson } from '@lathe/scoring/wilson';
import { expect, it } from 'vitest';
import { headlineOf, reportSentence } from './told.ts';

const contestant = (name: 'base' | 'tuned', value: number | null) => ({
  name,
  model: name,
  shots: 0,
  exactMatch: wilson(0, 0),
  loss: 1.25,
  supervisedTokens: 1,
  metrics: value === null ? {} : { MRR: { value, low: 0, high: 1, unit: 'share' as const } },
});
const report = (value: number | null) =>
  evaluationReportSchema.parse({
    version: 2,
    jobId: 'ftjob-1',
    task: 'embedding',
    fineTunedModel: 'ft',
    baseModel: 'base',
    heldOutSource: 'split',
    rows: 8,
    sampled: false,
    headline: 'MRR',
    verdict: value === null ? '' : 'The tuned model loses.',
    outcome: value === null ? 'not compared' : 'regressed',
    contestants: [contestant('base', value), contestant('tuned', value)],
    comparisons: [],
    samples: [],
  });

it('says the verdict first, then every contestant by the headline metric', () => {
  expect(reportSentence(report(0.5))).toBe(
    'The tuned model loses. MRR on 8 held-out rows: base 50.0 %, tuned 50.0 %.',
  );
  expect(headlineOf(report(0.5))).toMatchObject({
    task: 'embedding',
    headline_metric: 'MRR',
    outcome: 'regressed',
    contestants: [{ name: 'base', metrics: { MRR: { value: 0.5 } } }, { name: 'tuned' }],
  });
});

it('tells losses where nothing is asked, and nothing of no rows', () => {
  expect(reportSentence(report(null))).toBe(
    'Loss on 8 held-out texts, in nats per token: base 1.250, tuned 1.250.',
  );
  expect(reportSentence({ ...report(null), rows: 0 })).toMatch(/not compared/);
});
