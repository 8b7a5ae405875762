import { createLogger } from '@lathe/platform/log';
import { describe, expect, it } from 'vitest';
import { type Judgement, judge } from './judge.ts';
import { judgeInThread } from './judging.ts';
import { asked, model } from './rows.fixture.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const rows = Array.from({ length: 20 }, (_, at) => ({
  line: at + 1,
  prompt: `question ${at}`,
  expected: at % 2 === 0 ? 'yes' : 'no',
}));
const right = rows.map(({ expected }) => ({ text: expected }));
const input = {
  task: 'generation' as const,
  rows,
  train: [],
  models: [
    model(
      'base',
      rows.map(() => ({ text: 'yes' })),
    ),
    model('tuned', right),
  ],
  ...asked,
};

it('comes to the same in a thread', async () => {
  const { signal } = new AbortController();
  const judgement = judge(input);
  expect(await judgeInThread(input, { log, signal })).toEqual(judgement);
  expect(judgement.verdict).toBe(
    'The tuned model beats base, the model that it was made of: exact match 100.0 % against 50.0 % (p = 0.002).',
  );
});

it('ends with its signal', async () => {
  const controller = new AbortController();
  const judging = judgeInThread(input, { log, signal: controller.signal });
  controller.abort(new Error('cancelled'));
  await expect(judging).rejects.toThrow('cancelled');
});

it('refuses answers that are fewer than the rows', () => {
  const models = [model('tuned', right.slice(1))];
  expect(() => judge({ ...input, models })).toThrow('tuned answered 19 of 20 rows');
});

describe('rows of one cluster', () => {
  const grouped = rows.map((row, at) => ({ ...row, cluster: Math.floor(at / 10) }));

  it('are no evidence of their own', () => {
    // The tuned model is right on the ten of one group, and on none of the other: one case against none.
    const answers = rows.map(({ expected }, at) => ({ text: at < 10 ? expected : 'neither' }));
    const models = [
      model(
        'base',
        rows.map(() => ({ text: 'neither' })),
      ),
      model('tuned', answers),
    ];
    const single = judge({ ...input, models }).comparisons[0];
    expect(single).toMatchObject({ onlyTunedRight: 10, verdict: 'improved' });
    const together = judge({ ...input, rows: grouped, models });
    expect(together.comparisons[0]).toMatchObject({ onlyTunedRight: 10, verdict: 'cannot tell' });
    const width = ({ contestants }: Judgement) => {
      const { low = 0, high = 0 } = contestants[1]?.metrics['exact match'] ?? {};
      return high - low;
    };
    expect(width(together)).toBeGreaterThan(1.5 * width(judge({ ...input, models })));
  });

  it.each([
    // Wilson's intervals of 10 of 10 and of 0 of 10: as many as there are clusters.
    ['all of them', right, { value: 1, low: 0.7225, high: 1 }],
    ['none of them', rows.map(() => ({ text: 'neither' })), { value: 0, low: 0, high: 0.2775 }],
  ])('leave room where %s are right', (_, answers, wanted) => {
    const pairs = rows.map((row, at) => ({ ...row, cluster: Math.floor(at / 2) }));
    const { contestants } = judge({ ...input, rows: pairs, models: [model('tuned', answers)] });
    const metrics = contestants.find(({ name }) => name === 'tuned')?.metrics ?? {};
    const { value, low, high } = metrics['exact match'] ?? expect.fail();
    expect(value).toBe(wanted.value);
    expect(low).toBeCloseTo(wanted.low, 4);
    expect(high).toBeCloseTo(wanted.high, 4);
  });
});

it('tells what tuning changed in every metric and kind of rows, adjusted for how many they are', () => {
  const { changes = [] } = judge(input);
  const [match] = changes;
  expect(match).toMatchObject({ of: 'metric', name: 'exact match', rows: 20, difference: 0.5 });
  // 2/2^10 of the exact test, times the number of changes.
  expect(changes.length).toBeGreaterThan(1);
  expect(match?.pValue).toBeLessThan(0.01 * changes.length);
  expect(match?.pValue).toBeGreaterThanOrEqual(0.001 * changes.length);
  expect(match?.verdict).toBe('improved');
});

it('shows rows that the tuned model got wrong, and leaves a quarter of the places to what it won', () => {
  const { samples } = judge({
    ...input,
    models: [
      model(
        'base',
        rows.map(() => ({ text: 'yes' })),
      ),
      // Right on the last five alone, of which the base model has two.
      model(
        'tuned',
        rows.map(({ expected }, at) => ({ text: at < 15 ? 'neither' : expected })),
      ),
    ],
    samples: 8,
  });
  expect(samples.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 16, 18]);
  expect(samples.map(({ right = [] }) => right.includes('tuned'))).toEqual(
    samples.map((_, at) => at > 5),
  );
  expect(samples.at(-1)?.right).not.toContain('base');
});
