import { describe, expect, it } from 'vitest';
import { distances } from '../../parity/recorded-gradients.ts';
import {
  policyStep,
  readRecordedPolicies,
  recordedPolicyGradients,
} from '../../parity/recorded-policies.fixture.ts';
import { parseSettings } from '../objective-settings.ts';
import { advantagesOf } from './advantages.ts';
import { policy } from './policy.ts';

const recorded = await readRecordedPolicies();
const cases = Object.keys(recorded.cases);

describe.each(cases)('the reinforcement loss %s', (name) => {
  it("has TRL's advantages, loss, figures and gradients", async () => {
    const wanted = recorded.cases[name];
    const step = await policyStep(recorded, name);
    for (const [at, advantage] of (wanted?.advantages ?? []).entries())
      expect(step.advantages[at], `advantage ${at}`).toBeCloseTo(advantage, 4);
    expect(Math.abs(step.loss - (wanted?.loss ?? Number.NaN))).toBeLessThan(1e-4);
    const { kl, ...shares } = wanted?.figures ?? {};
    if (kl !== undefined && step.figures.has('kl'))
      expect(step.figures.get('kl')).toBeCloseTo(kl, 4);
    for (const side of ['low', 'high'])
      expect(step.figures.get(`clip_ratio/${side}`)).toBeCloseTo(
        shares[`clip_ratio/${side}_mean`] ?? Number.NaN,
        4,
      );
    for (const [key, distance] of distances(step.gradients, await recordedPolicyGradients(name)))
      expect(distance, key).toBeLessThan(1e-4);
  });
});

describe('the settings of reinforcement', () => {
  it('have the defaults of TRL, of which rloo has its own', () => {
    expect(parseSettings('reinforcement')).toEqual({
      loss: 'dapo',
      ratio: 'token',
      epsilon: 0.2,
      epsilonHigh: 0.2,
      beta: 0,
      scaleRewards: 'group',
      maskTruncated: false,
      temperature: 1,
      maxCompletionTokens: 512,
    });
    expect(parseSettings('reinforcement', { loss: 'rloo' })).toMatchObject({
      beta: 0.05,
      ratio: 'sequence',
    });
  });

  it('refuse what rloo does not have by its name', () => {
    expect(() => parseSettings('reinforcement', { loss: 'rloo', ratio: 'token' })).toThrow(
      'the reinforcement settings are wrong: ratio: rloo takes none',
    );
  });
});

describe('advantages', () => {
  const answer = { sampled: Float32Array.of(-1), isTruncated: false };
  const settings = parseSettings('reinforcement');

  it('are 0 where a group has no spread, or a single reward', () => {
    const rewards = [0.3, 0.3, 0.3, 1, undefined, undefined];
    const rollouts = rewards.map((reward) => ({ ...answer, reward }));
    for (const advantage of advantagesOf(rollouts, settings, 3))
      expect(advantage).toBeCloseTo(0, 9);
  });

  it('need whole groups of at least 2', () => {
    expect(() => advantagesOf([{ ...answer, reward: 1 }], settings, 1)).toThrow(
      '1 answers do not make whole groups of 1, of at least 2',
    );
  });
});

describe('a sampled answer', () => {
  const rollout = {
    prompt: Int32Array.of(3, 4),
    completion: Int32Array.of(5, 6, 7),
    sampled: Float32Array.of(-1, -2, -3),
    advantage: 0.5,
    isTruncated: true,
  };
  const limits = { maxTokens: 8, vocabularySize: 64 };

  it('weighs in its step what the loss divides by', () => {
    const weight = (settings: object): number =>
      policy(parseSettings('reinforcement', settings)).weight(rollout);
    expect(weight({})).toBe(3);
    expect(weight({ maskTruncated: true })).toBe(0);
    expect(weight({ loss: 'grpo', maskTruncated: true })).toBe(1);
    expect(weight({ loss: 'dr_grpo', maxCompletionTokens: 9 })).toBe(9);
    expect(weight({ loss: 'rloo' })).toBe(1);
  });

  it('is refused without the log-probabilities of its tokens', () => {
    const check = (settings: object, changes: object = {}) =>
      policy(parseSettings('reinforcement', settings)).check(
        { ...rollout, ...changes },
        'answer 2',
        limits,
      );
    check({});
    expect(() => check({}, { sampled: Float32Array.of(-1) })).toThrow(
      'answer 2 has 1 log-probabilities of its tokens',
    );
    expect(() => check({ beta: 0.1 })).toThrow(
      'answer 2 needs a log-probability of the reference for each token',
    );
    expect(() => check({}, { completion: new Int32Array() })).toThrow('answer 2 has no completion');
  });
});
