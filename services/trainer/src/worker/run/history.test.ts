import { expect, test } from 'vitest';
import { createHistory, decodeHistory, encodeHistory, resultTable, scoresOf } from './history.ts';

const step = (number: number) => ({
  step: number,
  epoch: 1,
  loss: 4 / number,
  tokenAccuracy: 0.5,
  figures: {},
  learningRate: 1e-3,
  gradientNorm: 1,
  supervisedTokens: 10,
  tokens: 100,
  seconds: 0.1,
});

test('a history goes on after a resume, and its table has one line a step', () => {
  const first = createHistory([]);
  for (const number of [1, 2, 3]) first.addStep(step(number));
  const figures = { span_f1: 0.5 };
  first.addScore({ step: 2, loss: 1.25, tokenAccuracy: 0.75, supervisedTokens: 40, figures });

  const second = createHistory(decodeHistory(encodeHistory(first.upTo(2))));
  expect(scoresOf(second.upTo(2))).toEqual([{ step: 2, loss: 1.25, tokenAccuracy: 0.75, figures }]);
  second.addStep(step(3));
  second.addStep(step(4));

  expect(second.tokensUpTo(4)).toBe(400);
  expect(second.tokensUpTo(1)).toBe(100);
  expect(resultTable(second.upTo(4))).toBe(
    [
      'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy',
      '1,4,0.5,,',
      '2,2,0.5,1.25,0.75',
      '3,1.3333333333333333,0.5,,',
      '4,1,0.5,,',
      '',
    ].join('\n'),
  );
});

test('the table of a run that learns from rewards has two columns more', () => {
  const history = createHistory([]);
  for (const number of [1, 2])
    history.addStep({ ...step(number), figures: { reward: number / 4, reward_std: 1 } });
  const figures = { reward: 0.75 };
  history.addScore({ step: 2, loss: -0.75, tokenAccuracy: 0, supervisedTokens: 40, figures });
  expect(resultTable(history.upTo(2)).split('\n')).toEqual([
    'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,train_mean_reward,valid_mean_reward',
    '1,4,0.5,,,0.25,',
    '2,2,0.5,-0.75,0,0.5,0.75',
    '',
  ]);
});

test('a resumed run can tell its last steps again, but those of old checkpoints only in part', () => {
  const old = { step: 1, loss: 4, tokenAccuracy: 0.5, tokens: 100 };
  const history = createHistory(decodeHistory(encodeHistory([old, step(2), step(3), step(4)])));
  const score = { step: 3, loss: 1.25, tokenAccuracy: 0.75, supervisedTokens: 40, figures: {} };
  history.addScore(score);
  expect(history.lastSteps(3, 2)).toEqual([step(2), step(3)]);
  expect(history.lastSteps(4, 10)).toEqual([step(2), step(3), step(4)]);
});

test('text that is no history is refused', () => {
  expect(() => decodeHistory('{"version":2,"rows":[]}')).toThrow();
});
