import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, model, values } from './rows.fixture.ts';

it('weighs the loss by tokens, and lower is better', () => {
  const rows = Array.from({ length: 20 }, (_, at) => ({
    kind: 'text' as const,
    line: at + 1,
    part: 0,
    text: 'some text',
  }));
  const losses = (loss: number) =>
    rows.map((_, at) => ({ loss: at === 0 ? 4 * loss : loss, tokens: at === 0 ? 4 : 1 }));
  const models = [model('base', losses(3)), model('tuned', losses(2))];
  const judgement = judge({ task: 'masked-lm', rows, train: [], models, ...asked });
  expect(values(judgement, 'tuned')).toEqual({
    loss: 2,
    'pseudo-perplexity': expect.closeTo(Math.exp(2), 9),
  });
  expect(judgement.comparisons[0]).toMatchObject({
    against: 'base',
    difference: -1,
    verdict: 'improved',
  });
  expect(judgement.verdict).toMatch(
    /^The tuned model beats base, the model that it was made of: loss 2\.000 against 3\.000/,
  );
});
