import { describe, expect, it } from 'vitest';
import { readReference } from '../parity/reference.ts';
import { dpo } from './dpo.ts';
import { embeddingPairs } from './embedding-pairs.ts';
import { textExample } from './example.ts';
import { kto } from './kto.ts';
import { parseSettings } from './objective-settings.ts';
import { reward } from './reward.ts';

const { config } = (await readReference('tied')).model;
const limits = { maxTokens: 4, vocabularySize: 10 };
const tokens = Int32Array.of(1, 2, 3);

describe('the settings of pair objectives', () => {
  it('have the defaults of TRL and sentence-transformers', () => {
    expect(parseSettings('DPO')).toEqual({ loss: 'sigmoid', beta: 0.1, labelSmoothing: 0 });
    expect(parseSettings('ORPO')).toEqual({ beta: 0.1 });
    expect(parseSettings('SimPO')).toEqual({ beta: 0.1, gamma: 0.5, labelSmoothing: 0 });
    expect(parseSettings('KTO')).toEqual({ beta: 0.1, desirableWeight: 1, undesirableWeight: 1 });
    expect(parseSettings('reward model')).toEqual({ centerCoefficient: 0 });
    expect(parseSettings('embedding')).toEqual({ scale: 20, symmetric: false, pooling: 'mean' });
  });

  it.each([
    [() => parseSettings('DPO', { beta: 0 }), 'the DPO settings are wrong: beta'],
    [() => parseSettings('DPO', { loss: 'ppo' }), 'loss'],
    [() => parseSettings('DPO', { loss: 'ipo', labelSmoothing: 0.1 }), 'only the losses sigmoid'],
    [() => parseSettings('DPO', { loss: 'robust', labelSmoothing: 0.5 }), 'labelSmoothing'],
    [() => parseSettings('ORPO', { lambda: 1 }), 'lambda'],
    [() => parseSettings('SimPO', { gamma: -1 }), 'gamma'],
    [() => parseSettings('KTO', { desirableWeight: -1 }), 'desirableWeight'],
    [() => parseSettings('reward model', { centerCoefficient: '1' }), 'centerCoefficient'],
    [() => parseSettings('embedding', { pooling: 'max' }), 'pooling'],
  ])('refuse what is wrong (%#)', (parse, message) => {
    expect(parse).toThrow(message);
  });
});

describe('pair examples', () => {
  const preference = dpo(parseSettings('DPO'));
  const judged = kto(parseSettings('KTO'));
  const rewards = reward(config, parseSettings('reward model'));
  const embeddings = embeddingPairs(config, parseSettings('embedding'));

  it.each([
    [
      'an answer without tokens',
      () =>
        preference.check({ chosen: textExample(tokens), rejected: textExample([1]) }, 'it', limits),
      'the rejected answer of it has no supervised token',
    ],
    [
      'a long answer',
      () =>
        preference.check(
          { chosen: textExample([1, 2, 3, 4, 5]), rejected: textExample(tokens) },
          'it',
          limits,
        ),
      'the chosen answer of it has 5 tokens; at most 4',
    ],
    [
      'a missing prompt',
      () =>
        judged.check(
          { prompt: new Int32Array(), completion: tokens, desirable: true },
          'it',
          limits,
        ),
      'it has no prompt',
    ],
    [
      'a missing completion',
      () =>
        judged.check(
          { prompt: tokens, completion: new Int32Array(), desirable: true },
          'it',
          limits,
        ),
      'it has no completion',
    ],
    [
      'a margin that is no number',
      () => rewards.check({ chosen: tokens, rejected: tokens, margin: Number.NaN }, 'it', limits),
      'the margin of it is NaN',
    ],
    [
      'a foreign token in a negative',
      () =>
        embeddings.check(
          { anchor: tokens, positive: tokens, negatives: [tokens, Int32Array.of(10)] },
          'it',
          limits,
        ),
      'the negative 1 of it holds token 10',
    ],
  ])('refuse %s', (_, check, message) => {
    expect(check).toThrow(message);
  });
});

describe('what KTO compares with', () => {
  it('is each prompt with the completion before it, cut to the longest sequence', () => {
    const { measured } = kto(parseSettings('KTO'));
    const step = [
      { prompt: Int32Array.of(1, 2, 3), completion: Int32Array.of(4), desirable: true },
      { prompt: Int32Array.of(5), completion: Int32Array.of(6, 7, 8), desirable: false },
    ];
    const found = measured?.estimate?.sequences(step, limits) ?? [];
    expect(found.map((sequence) => [...sequence.tokens])).toEqual([
      [1, 2, 3, 6],
      [5, 4],
    ]);
    expect(found.map(({ supervised }) => [...supervised])).toEqual([
      [0, 0, 0, 1],
      [0, 1],
    ]);
    expect(measured?.estimate?.longest(step, limits)).toEqual({ tokens: 4, targets: 3 });
  });
});
