import { createLogger } from '@lathe/platform/log';
import { expect, it } from 'vitest';
import { judge } from './judge.ts';
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
    'The tuned model beats base, the best baseline: exact match 100.0 % against 50.0 % (p = 0.002).',
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
