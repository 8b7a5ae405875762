import { expect, it } from 'vitest';
import { type Compared, forgettingOf } from './forgotten.ts';
import { generalPassages } from './passages.ts';
import { generalQuestions, isRightAnswer } from './questions.ts';

const questions = generalQuestions.slice(0, 12);
const right = questions.map(({ answers: [answer = ''] }) => `It is ${answer}.`);
const label = questions.map(() => 'account');
const tokens = generalPassages.map((_, at) => 10 + at);
/** Losses of so many nats a token, one passage a little more than another. */
const losses = (nats: number) => tokens.map((count, at) => count * (nats + (at % 3) / 100));

function compared(part: Partial<Compared>) {
  return forgettingOf({
    ...{ questions, tokens, seed: 1 },
    before: { texts: right, losses: losses(3) },
    after: { texts: right, losses: losses(3) },
    ...part,
  });
}

it('finds the answer as whole words, however they are written', () => {
  const [capital] = generalQuestions;
  if (capital === undefined) throw new Error('there are no questions');
  for (const said of ['Paris', 'The capital of France is **PARIS**.'])
    expect(isRightAnswer(capital, said)).toBe(true);
  for (const said of ['', 'account', 'Parish']) expect(isRightAnswer(capital, said)).toBe(false);
  const water = { question: '', answers: ['H₂O'] };
  expect(isRightAnswer(water, 'h2o')).toBe(true);
});

it('has no question twice, and an answer for each', () => {
  expect(new Set(generalQuestions.map(({ question }) => question)).size).toBe(40);
  expect(generalQuestions.every(({ answers }) => answers.length > 0)).toBe(true);
});

it('says that questions were forgotten, which ones, and what cures it', () => {
  const found = compared({ after: { texts: label, losses: losses(3) } });
  // All of 12 lost: 2/2^12.
  expect(found).toMatchObject({
    outcome: 'forgotten',
    questions: { asked: 12, before: 12, after: 0, pValue: expect.closeTo(2 / 2 ** 12, 9) },
    text: { passages: 12, before: expect.closeTo(3.01, 1), pValue: 1 },
  });
  expect(found.questions?.lost).toHaveLength(8);
  expect(found.questions?.lost[0]).toEqual({
    ...{ question: 'What is the capital of France?', expected: 'Paris' },
    ...{ before: 'It is Paris.', after: 'account' },
  });
  expect(found.sentence).toContain('0 of 12 general questions, its base 12');
  expect(found.sentence).toMatch(/mix general rows into .*fewer steps.*system prompt/);
});

it('says that texts were forgotten where their perplexity grew by a quarter, and no harm below', () => {
  const worse = compared({ after: { texts: right, losses: losses(4) } });
  expect(worse.outcome).toBe('forgotten');
  expect(worse.sentence).toMatch(/perplexity of general texts is 55\.\d, that of its base 20\.\d/);
  const little = compared({ after: { texts: right, losses: losses(3.1) } });
  expect(little).toMatchObject({ outcome: 'not seen', questions: { lost: [] } });
  expect(little.text?.pValue).toBeLessThan(0.05);
  expect(little.sentence).toMatch(/^The tuned model was not seen to forget: /);
});

it('says that other evals were forgotten, and that a base which passes them knows something', () => {
  const nobody = { texts: label, losses: losses(3) };
  const passes = {
    ...{ evalId: 'eval_1', name: 'routing', runId: 'evalrun_1', rows: 20, asked: 20 },
    ...{ before: 18, after: 17, pValue: 1, verdict: 'cannot tell' as const, lost: [4] },
  };
  const kept = compared({ before: nobody, after: nobody, evals: [passes] });
  expect(kept).toMatchObject({ outcome: 'not seen', evals: [passes] });
  const worse = { ...passes, after: 2, pValue: 0.001, verdict: 'regressed' as const };
  const found = compared({ evals: [passes, worse] });
  expect(found.outcome).toBe('forgotten');
  expect(found.sentence).toContain('it passes 2 of 20 rows of the eval routing, its base 18');
});

it('says so where the base knows nothing', () => {
  const found = compared({
    before: { texts: label, losses: losses(3) },
    after: { texts: label, losses: losses(3) },
  });
  expect(found.outcome).toBe('little known');
  expect(found.sentence).toContain('its base knows too little');
});

it('has only finite numbers, whatever the losses are', () => {
  const astray = { texts: right, losses: losses(Number.NaN) };
  const found = compared({ after: astray });
  expect(found).not.toHaveProperty('text');
  expect(found.outcome).toBe('not seen');
  const none = compared({
    tokens: [],
    before: { texts: right, losses: [] },
    after: { texts: right, losses: [] },
  });
  expect(none).not.toHaveProperty('text');
});
