import type { Grader } from '@lathe/contracts/http/grader';
import { expect, it } from 'vitest';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';

const test = oneEvaluator({ graderMs: 1000, projectRequests: 1 });

it('tells a project that has its share of requests to come again', async () => {
  const slow: Grader = {
    ...{ type: 'javascript', name: 'slow' },
    // It stays in one built-in function, where no program is looked at.
    source: 'function grade() { return [].indexOf.call({ length: 2 ** 53 - 1 }, 1); }',
  };
  const items = [{ item: {}, sample: { output_text: 'x' } }];
  // They come in order over one connection: the first is being graded when the second comes.
  const [first, second] = await Promise.all([
    test.service.grade({ grader: slow, items }),
    test.service.grade({ grader: slow, items }),
  ]);
  expect(first).toEqual({
    kind: 'done',
    grades: [{ error: 'The grader "slow" was stopped: it ran longer than 1000 ms.' }],
    tokens: 0,
  });
  expect(second).toMatchObject({
    error: { code: 'rate_limit_exceeded', retryAfterMs: expect.any(Number) },
  });
});
