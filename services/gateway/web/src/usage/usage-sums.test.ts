import { expect, it } from 'vitest';
import { byModel, type Day, usedDays } from './usage-sums.ts';

const day = (date: string, models: Day['models']): Day => ({
  ...{ date, start_time: 0, end_time: 1, jobs_created: 0, jobs_succeeded: 0, jobs_failed: 0 },
  ...{ trained_tokens: 0, worker_seconds: 0, models },
});
const use = (model: string, requests: number) => ({
  ...{ model, requests, input_tokens: 10 * requests, output_tokens: requests },
});

it('adds up what each model answered, and leaves out days on which nothing was used', () => {
  const days = [
    day('2026-11-01', [use('a', 1)]),
    day('2026-11-02', []),
    day('2026-11-03', [use('a', 2), use('b', 4)]),
  ];
  expect(byModel(days)).toEqual([
    { model: 'b', requests: 4, input_tokens: 40, output_tokens: 4 },
    { model: 'a', requests: 3, input_tokens: 30, output_tokens: 3 },
  ]);
  expect(usedDays(days).map(({ date }) => date)).toEqual(['2026-11-03', '2026-11-01']);
});
