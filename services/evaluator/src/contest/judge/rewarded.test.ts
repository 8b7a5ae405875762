import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const rows = Array.from({ length: 40 }, (_, at) => ({ line: at + 1, prompt: `question ${at}` }));
const rewarded = (rewardOf: (at: number) => number | null) =>
  rows.map((_, at) => ({ text: ` answer ${at} `, reward: rewardOf(at) }));

it('compares mean rewards on the same prompts, and says when nobody can tell', () => {
  const base = model(
    'base',
    rewarded((at) => (at % 4) / 10),
  );
  const better = model(
    'tuned',
    rewarded((at) => (at % 4) / 10 + 0.4),
  );
  const same = model(
    'tuned',
    rewarded((at) => ((at + 1) % 4) / 10),
  );
  const judged = (tuned: typeof better) =>
    judge({ task: 'rewarded', rows, train: [], models: [base, tuned], ...asked });
  const improved = judged(better);
  expect(values(improved, 'base')).toEqual({ reward: expect.closeTo(0.15, 9) });
  expect(improved).toMatchObject({ headline: 'reward', outcome: 'improved' });
  expect(improved.comparisons).toMatchObject([
    { against: 'base', difference: expect.closeTo(0.4, 9), verdict: 'improved' },
  ]);
  expect(improved.verdict).toMatch(
    /^The tuned model beats base, the model that it was made of: reward 0\.550 against 0\.150/,
  );
  expect(improved.samples[0]).toMatchObject({
    ...{ prompt: 'question 0', expected: '' },
    answers: { base: 'answer 0 (reward 0.00)', tuned: 'answer 0 (reward 0.400)' },
  });
  expect(judged(same).outcome).toBe('cannot tell');
});

it('leaves answers out that could not be graded', () => {
  const models = [
    model(
      'base',
      rewarded((at) => (at < 10 ? null : 0.5)),
    ),
    model(
      'tuned',
      rewarded(() => 1),
    ),
  ];
  const judgement = judge({ task: 'rewarded', rows, train: [], models, ...asked });
  expect(values(judgement, 'base')).toEqual({ reward: 0.5 });
  expect(contestant(judgement, 'base').exactMatch.total).toBe(0);
});
