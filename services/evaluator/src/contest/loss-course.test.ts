import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { expect, it } from 'vitest';
import { contestWarnings, lossWarnings } from './loss-course.ts';

const job = { project: 'default', resultFiles: ['file-1'] };
const header = 'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy';

function holding(text: string | undefined): ArtifactStore {
  async function* get() {
    if (text === undefined) throw new ArtifactError('not_found', 'gone');
    // In pieces that end within a line.
    for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7));
  }
  return { get } as unknown as ArtifactStore;
}

const table = (rows: readonly (readonly [number, number?])[]) =>
  `${[header, ...rows.map(([loss, held = ''], at) => `${at + 1},${loss},0.5,${held},`)].join('\n')}\n`;

it.each<[string, readonly (readonly [number, number?])[], RegExp[]]>([
  ['falls', [[3, 3], [2], [1, 2]], []],
  ['rises', [[1], [2], [3]], [/^The training loss ended at 3\.0000, above 1\.0000 at its start\./]],
  [
    'rises on held-out rows only',
    [
      [3, 1],
      [2, 0.5],
      [1, 1.5],
    ],
    [/^The loss on the held-out rows ended at 1\.5000/],
  ],
  ['rises at once and falls a little', [[1], [40], [30], [20]], [/^The training loss ended at 20/]],
  ['has one step', [[3, 1]], []],
  ['ends where it began', [[3], [1], [3]], []],
  [
    'stays what preferences begin with',
    [[Math.LN2], [Math.LN2 + 1e-6], [Math.LN2], [Math.LN2 - 1e-6]],
    [/^The training loss stayed at 0\.6931 over 4 steps: next to nothing was learned\./],
  ],
  ['is nothing in every step, as of rewards', [[0], [0], [0], [0]], []],
  ['stays so over too few steps to tell', [[Math.LN2], [Math.LN2]], []],
])('a loss that %s', async (_, rows, expected) => {
  const warnings = await lossWarnings(holding(table(rows)), job);
  expect(warnings).toHaveLength(expected.length);
  for (const [at, pattern] of expected.entries()) expect(warnings[at]).toMatch(pattern);
});

it('averages the last tenth of the steps, so that one of them decides nothing', async () => {
  const falling = Array.from({ length: 100 }, (_, at) => [10 - at / 20] as const);
  const spiked = falling.map(([loss], at) => [at === 99 ? 20 : loss] as const);
  expect(await lossWarnings(holding(table(spiked)), job)).toEqual([]);
});

it('says nothing of a table that is gone', async () => {
  expect(await lossWarnings(holding(undefined), job)).toEqual([]);
});

const headline = 'accuracy';

it('compares the tuned model with what it was made of', () => {
  const rate = { correct: 0, total: 0, rate: 0, low: 0, high: 1 };
  const one = (name: 'base' | 'start' | 'tuned', loss: number) => ({
    ...{ name, model: name, shots: 0, exactMatch: rate, loss, supervisedTokens: 1, metrics: {} },
  });
  expect(contestWarnings({ headline, contestants: [one('base', 2), one('tuned', 1)] })).toEqual([]);
  expect(contestWarnings({ headline, contestants: [one('base', 2), one('tuned', 3)] })).toEqual([
    'On the held-out rows the tuned model has a loss of 3.0000, above 2.0000 of the model that it was made of.',
  ]);
  const continued = [one('base', 5), one('start', 1), one('tuned', 2)];
  expect(contestWarnings({ headline, contestants: continued })).toHaveLength(1);
  expect(contestWarnings({ headline, contestants: [] })).toEqual([]);
});

it('names the kinds of rows on which the tuned model is worse than its base', () => {
  const change = { rows: 40, difference: -0.25, low: -0.4, high: -0.1, pValue: 0.012 } as const;
  const changes = [
    { ...change, of: 'slice', name: 'label refund', verdict: 'regressed' },
    { ...change, of: 'slice', name: 'label parcel', verdict: 'cannot tell' },
    { ...change, of: 'metric', name: 'macro F1', verdict: 'regressed' },
  ] as const;
  expect(contestWarnings({ headline, contestants: [], changes: [...changes] })).toEqual([
    'On 40 held-out rows of one kind, label refund, the tuned model is worse than its base: accuracy changed by -0.250 (p = 0.012, adjusted for all kinds).',
  ]);
});
