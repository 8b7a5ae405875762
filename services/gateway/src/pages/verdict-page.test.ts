import { readFileSync } from 'node:fs';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { expect, it } from 'vitest';
import { verdictPage } from './verdict-page.ts';

const fixture = new URL(
  '../../../../packages/contracts/fixtures/evaluation-report.classification.json',
  import.meta.url,
);
const stored = evaluationReportSchema.parse(JSON.parse(readFileSync(fixture, 'utf8')));
const job = {
  ...{ id: 'ftjob-b', createdAt: 1_795_887_000, startedAt: 1_795_887_000 },
  ...{ finishedAt: 1_795_887_093, trainedTokens: 48_211 },
  progress: { step: 90, totalSteps: 90, estimatedFinish: null },
};
const hostile = `</style></title><script>alert(1)</script><img src=x onerror="a()">'&amp;\u202eevil\u0000`;

function lowered(part: Partial<EvaluationReport>): string {
  return verdictPage({ ...stored, ...part }, job);
}

it('no text of a user becomes a part of the page', () => {
  const page = verdictPage(
    {
      ...stored,
      ...{ fineTunedModel: hostile, baseModel: hostile, verdict: hostile, warnings: [hostile] },
      headline: hostile,
      labels: {
        perLabel: [{ label: hostile, precision: 1, recall: 1, f1: 1, support: 1 }],
        matrix: {
          names: [hostile, 'b'],
          counts: [
            [1, 2],
            [0, 3],
          ],
        },
      },
      slices: [{ slice: hostile, rows: 5, value: 0 }],
      changes: [
        {
          ...{ of: 'slice', name: hostile, rows: 5, difference: -0.5, low: -0.9, high: -0.1 },
          ...{ pValue: 0.01, verdict: 'regressed' },
        },
      ],
      samples: [
        {
          ...{ line: 1, system: hostile, prompt: hostile, expected: hostile },
          answers: { tuned: hostile, [hostile]: hostile },
        },
      ],
    },
    { ...job, id: hostile },
  );
  expect(page).not.toMatch(/<(script|img|iframe|link|object|embed|form|a|base)\b/i);
  expect(page.match(/<style>/g)).toHaveLength(1);
  expect(page.replaceAll(/&[a-z0-9#]+;/g, '')).not.toMatch(/<[^>]*\s(on\w+|style|href|src)=/i);
  expect(page).toContain('‹202e›evil‹0000›');
  expect(page).not.toMatch(/https?:|url\(|@import/);
});

it('begins with the outcome and its colour, and with the sentence alone where the report is older', () => {
  expect(lowered({})).toContain(`<div class="verdict plain"><b>${stored.verdict}</b>`);
  const shown = (outcome: NonNullable<EvaluationReport['outcome']>) =>
    lowered({ outcome, verdict: 'A sentence.' });
  expect(shown('improved')).toContain(
    '<div class="verdict "><p class="outcome">▲ Improved</p><b>A sentence.</b>',
  );
  expect(shown('regressed')).toContain('<div class="verdict no"><p class="outcome">▼ Regressed');
  expect(shown("don't fine-tune")).toContain('<div class="verdict no"><p class="outcome">✕ Don’t');
  expect(shown('cannot tell')).toContain('<div class="verdict unsure"><p class="outcome">= Cannot');
  const none = { verdict: '', rows: 0, contestants: [], comparisons: [] };
  expect(lowered(none)).toContain('no rows were held out');
  expect(lowered({ ...none, verdict: 'Prompts are graded alone.' })).toContain(
    'rompts are graded alone',
  );
  const lossOf = (name: 'base' | 'tuned', loss: number) => ({
    ...{ name, model: name, shots: 0, loss, supervisedTokens: 9, metrics: {} },
    exactMatch: { correct: 0, total: 0, rate: 0, low: 0, high: 0 },
  });
  const texts = {
    verdict: '',
    comparisons: [],
    contestants: [lossOf('base', 2), lossOf('tuned', 1)],
  };
  expect(lowered(texts)).toContain(
    'fits the held-out texts better than its base: loss 1 against 2',
  );
});

it('shows each contestant with its interval, and what tuning took', () => {
  const page = verdictPage(stored, job);
  for (const text of [
    'tuned: 93.0 %, between 88.6 % and 95.8 %',
    'classical statistics on words, no language model',
    ...['48,211', '93 s', '+5.0 points', '▲ improved', 'What is taken for what'],
    'of the validation file, drawn by chance from more',
  ])
    expect(page).toContain(text);
  expect(page).not.toContain('NaN');
  expect(page).not.toContain('tokens an answer');
  const [first, ...others] = stored.contestants;
  if (first === undefined) throw new Error('the fixture has no contestant');
  const usage = { answers: 200, promptTokens: 40_000, answerTokens: 1000 };
  const counted = lowered({ contestants: [{ ...first, usage }, ...others] });
  expect(counted).toContain('<div>205<div class="soft">200 read</div></div>');
  expect(counted).not.toContain('ms an answer');
  const timed = { ...usage, milliseconds: 9000, atOnce: 8 };
  const cost = { steps: 90, trainedTokens: 48_211, trainingSeconds: 60, evaluationSeconds: 33.2 };
  const whole = lowered({
    ...{ contestants: [{ ...first, usage: timed }, ...others], cost },
    notes: ['With retrieval it does better still.'],
  });
  const uncounted = { answers: 200, milliseconds: 9000, atOnce: 8 };
  const slow = lowered({ contestants: [{ ...first, usage: uncounted }, ...others] });
  expect(slow).toContain('<div>45</div>');
  expect(slow).not.toContain('tokens an answer');
  for (const text of ['ms an answer', '<div>45</div>', '<b>33 s</b>', 'up to 8 at once', 'hardly'])
    expect(whole).toContain(text);
  expect(whole).toContain('<p>With retrieval it does better still.</p>');
});

it('shows what was forgotten, question by question', () => {
  const forgetting = {
    ...{ outcome: 'forgotten' as const, sentence: 'The tuned model has forgotten.' },
    questions: {
      ...{ asked: 24, before: 15, after: 2, pValue: 0.0002 },
      lost: [{ question: 'Capital?', expected: 'Paris', before: 'Paris.', after: hostile }],
    },
    text: { passages: 12, tokens: 300, before: 3, after: 4, pValue: 0.001 },
    evals: [
      {
        ...{ evalId: 'eval_1', name: hostile, runId: 'evalrun_1', rows: 38, asked: 40 },
        ...{ before: 30, after: 11, pValue: 0.0001, verdict: 'regressed' as const, lost: [1, 7] },
      },
    ],
  };
  const page = lowered({ forgetting });
  for (const text of ['▼ The tuned model has forgotten.', 'Capital?', '20.1', '54.6', '>15<'])
    expect(page).toContain(text);
  for (const text of ['of 38; 2 more could not be judged; lost are lines 1, 7', '>30<', '>11<'])
    expect(page).toContain(text);
  expect(page).not.toMatch(/<(script|img)/);
  expect(lowered({})).not.toContain('What else it still knows');
});

it('sorts rows into those that tuning lost, those that it won, and others', () => {
  const row = (line: number, right: string[]) => ({
    ...{ line, prompt: 'p', expected: 'a', answers: { base: 'a', tuned: 'b' }, right },
  });
  const page = lowered({ samples: [row(1, ['tuned']), row(2, ['base']), row(3, [])] });
  const at = [
    'Rows that tuning lost',
    'line 2',
    'Rows that tuning won',
    'line 1',
    'Other rows',
    'line 3',
  ];
  const places = at.map((text) => page.indexOf(text));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
});

it('draws what the answers of each step were worth, at most so many points of it', () => {
  const rewards = Array.from({ length: 500 }, (_, at) => ({
    ...{ step: at + 1, train: at / 499 },
    ...(at % 100 === 99 && { heldOut: at / 1000 }),
  }));
  const page = lowered({ rewards });
  expect(page).toContain('aria-label="Mean reward by step"');
  expect(page.match(/<circle class="dot one"[^>]*r="5"/g)).toHaveLength(5);
  const [, points = ''] = /class="curve" points="([^"]*)"/.exec(page) ?? [];
  expect(points.split(' ')).toHaveLength(100);
  expect(page).toContain('step 500</text>');
  expect(lowered({ rewards: rewards.slice(0, 1) })).not.toContain('Mean reward by step');
});
