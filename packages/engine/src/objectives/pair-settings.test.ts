import { describe, expect, it } from 'vitest';
import { readReference } from '../parity/reference.ts';
import { dpo, parseDpoSettings } from './dpo.ts';
import { embeddingPairs, parseEmbeddingSettings } from './embedding-pairs.ts';
import { textExample } from './example.ts';
import { kto, parseKtoSettings } from './kto.ts';
import { parseOrpoSettings } from './orpo.ts';
import { parseRewardSettings, reward } from './reward.ts';
import { parseSimpoSettings } from './simpo.ts';

const { config } = (await readReference('tied')).model;
const limits = { maxTokens: 4, vocabularySize: 10 };
const tokens = Int32Array.of(1, 2, 3);

describe('the settings of pair objectives', () => {
  it('have the defaults of TRL and sentence-transformers', () => {
    expect(parseDpoSettings()).toEqual({ loss: 'sigmoid', beta: 0.1, labelSmoothing: 0 });
    expect(parseOrpoSettings()).toEqual({ beta: 0.1 });
    expect(parseSimpoSettings()).toEqual({ beta: 0.1, gamma: 0.5, labelSmoothing: 0 });
    expect(parseKtoSettings()).toEqual({ beta: 0.1, desirableWeight: 1, undesirableWeight: 1 });
    expect(parseRewardSettings()).toEqual({ centerCoefficient: 0 });
    expect(parseEmbeddingSettings()).toEqual({ scale: 20, symmetric: false, pooling: 'mean' });
  });

  it.each([
    [() => parseDpoSettings({ beta: 0 }), 'the DPO settings are wrong: beta'],
    [() => parseDpoSettings({ loss: 'ppo' }), 'loss'],
    [() => parseDpoSettings({ loss: 'ipo', labelSmoothing: 0.1 }), 'only the losses sigmoid'],
    [() => parseDpoSettings({ loss: 'robust', labelSmoothing: 0.5 }), 'labelSmoothing'],
    [() => parseOrpoSettings({ lambda: 1 }), 'lambda'],
    [() => parseSimpoSettings({ gamma: -1 }), 'gamma'],
    [() => parseKtoSettings({ desirableWeight: -1 }), 'desirableWeight'],
    [() => parseRewardSettings({ centerCoefficient: '1' }), 'centerCoefficient'],
    [() => parseEmbeddingSettings({ pooling: 'max' }), 'pooling'],
  ])('refuse what is wrong (%#)', (parse, message) => {
    expect(parse).toThrow(message);
  });
});

describe('pair examples', () => {
  const preference = dpo(parseDpoSettings());
  const judged = kto(parseKtoSettings());
  const rewards = reward(config, parseRewardSettings());
  const embeddings = embeddingPairs(config, parseEmbeddingSettings());

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
    const { measured } = kto(parseKtoSettings());
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
