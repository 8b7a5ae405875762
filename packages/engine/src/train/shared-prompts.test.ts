import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainingState } from '../formats/training-state.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { dpo } from '../objectives/dpo.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { kto } from '../objectives/kto.ts';
import type { Objective } from '../objectives/objective.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { orpo } from '../objectives/orpo.ts';
import { simpo } from '../objectives/simpo.ts';
import { readReference, type referenceModels } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-shared-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Model = (typeof referenceModels)[number];

/** One step, whose weights are the ones before it less their gradients. */
const oneStep = {
  ...{ epochs: 1, batchSize: 8, learningRate: 1, schedule: 'constant', maxGradientNorm: 1e9 },
  optimizer: { type: 'sgd', momentum: 0 },
  shuffle: false,
} as const satisfies RecipeInput;

/** A prompt of 12 tokens, of which answers of 3 to 6 tokens are learned; `tail` more of the prompt is each row's own. */
function row(at: number, tail = 0): TokenizedExample {
  const answer = 3 + (at % 4);
  const tokens = Int32Array.from({ length: 12 + tail + answer }, (_, place) =>
    place < 12 ? 3 + place : 3 + ((7 * place + 11 * at) % 40),
  );
  return { tokens, supervised: new Uint8Array(tokens.length).fill(1, 12 + tail) };
}
const alike = Array.from({ length: 8 }, (_, at) => row(at));
/** Two prompts, each of half of the rows, of which no two begin with the same answer; the last two are the same row. */
const twoPrompts = [...alike.keys()].map((at) => {
  const { tokens, supervised } = row(Math.min(at, 6), at % 3);
  return at % 2 === 0
    ? { tokens, supervised }
    : { tokens: tokens.map((each) => each + 1), supervised };
});
/** Every token is learned, those that rows have in common once for each of them. */
const texts = twoPrompts.map(({ tokens }) => ({
  tokens,
  supervised: new Uint8Array(tokens.length).fill(1),
}));
const pairs = Array.from({ length: 4 }, (_, at) => ({
  chosen: row(2 * at),
  rejected: row(2 * at + 1),
}));
const judged = alike.map(({ tokens }, at) => ({
  prompt: tokens.slice(0, 12),
  completion: tokens.slice(12),
  desirable: at % 2 === 0,
}));

type Case<Example> = {
  readonly model: Model;
  readonly objective: Objective<Example>;
  readonly examples: readonly Example[];
  readonly settings?: RecipeInput;
};

/** What a step says of itself, and the gradients of all that trains, by buffer. */
async function stepOf<Example>(one: Case<Example>, sharePrompts: RecipeInput['sharePrompts']) {
  const { model } = await readReference(one.model);
  const trainer = await createTrainer({
    ...{ model, objective: one.objective, examples: one.examples },
    settings: resolveRecipe({ ...oneStep, ...one.settings, sharePrompts }),
  });
  const weights = async (name: string) => {
    const path = await mkdtemp(join(folder, name));
    await trainer.saveState(path);
    return (await readTrainingState(path)).tensors;
  };
  const before = await weights('before');
  const metrics = await trainer.trainStep();
  const after = await weights('after');
  const { windowShape, sharedTokens } = trainer;
  const held = await trainer.evaluate(one.examples);
  await trainer.dispose();
  const gradients = [...before]
    .filter(([name]) => name.startsWith('weights.'))
    .map(([name, { data }]) => data.map((each, at) => each - (after.get(name)?.data[at] ?? NaN)));
  return { metrics, gradients, windowShape, sharedTokens, held };
}

/** Relative, but a number near 0 counts as `least`. */
function expectAlike(found: number, wanted: number, what: string, least = 1e-3): void {
  expect(Math.abs(found - wanted), what).toBeLessThan(1e-5 * Math.max(least, Math.abs(wanted)));
}

/** The root of the mean square of what differs, as a share of that of what is wanted. */
function distance(found: Float32Array, wanted: Float32Array): number {
  const difference = found.reduce((sum, each, at) => sum + (each - (wanted[at] ?? NaN)) ** 2, 0);
  return Math.sqrt(difference / wanted.reduce((sum, each) => sum + each ** 2, 0));
}

async function expectExact<Example>(one: Case<Example>): Promise<void> {
  const apart = await stepOf(one, false);
  const shared = await stepOf(one, true);
  expect(apart.sharedTokens).toBeUndefined();
  const { tokens = 0, computed = 0 } = shared.sharedTokens ?? {};
  expect(tokens).toBe(apart.metrics.tokens);
  expect(computed).toBeLessThan(0.8 * tokens);
  const room = ({ windowShape: { rows, tokens: width } }: typeof apart) => rows * width;
  expect(room(shared)).toBeLessThanOrEqual(1.125 * room(apart));
  for (const name of ['loss', 'gradientNorm'] as const)
    expectAlike(shared.metrics[name], apart.metrics[name], name);
  // Rewards are differences of log-probabilities, and all 0 but for rounding before the first step.
  const isMeasured = one.objective.measured !== undefined;
  if (!isMeasured) expectAlike(shared.metrics.tokenAccuracy, apart.metrics.tokenAccuracy, 'right');
  for (const [name, wanted] of Object.entries(apart.metrics.figures))
    expectAlike(shared.metrics.figures[name] ?? NaN, wanted, name, isMeasured ? 1 : 1e-3);
  for (const [at, wanted] of apart.gradients.entries())
    expect(distance(shared.gradients[at] as Float32Array, wanted)).toBeLessThan(1e-5);
  expectAlike(shared.held.loss, apart.held.loss, 'held-out loss');
  expect(shared.held.supervisedTokens).toBe(apart.held.supervisedTokens);
}

describe('a step that computes shared prompts once has the losses and gradients of one that does not', () => {
  const full = { adaptation: { type: 'full' } } as const;
  const lora = { adaptation: { type: 'lora', rank: 2 } } as const;
  it.each<[string, Case<TokenizedExample>]>([
    ['one prompt', { model: 'tied', objective: causalLm, examples: alike, settings: full }],
    [
      'two prompts, lora',
      { model: 'qwen3', objective: causalLm, examples: twoPrompts, settings: lora },
    ],
    [
      'every token learned',
      { model: 'tied', objective: causalLm, examples: texts, settings: full },
    ],
    [
      'sliding layers',
      { model: 'gemma3', objective: causalLm, examples: twoPrompts, settings: full },
    ],
    ['learned positions', { model: 'gpt2', objective: causalLm, examples: alike, settings: full }],
    [
      'several passes',
      {
        model: 'tied',
        objective: causalLm,
        examples: twoPrompts,
        settings: { ...full, microBatchTokens: 48 },
      },
    ],
    [
      'virtual tokens',
      {
        ...{ model: 'tied', objective: causalLm, examples: alike },
        settings: { adaptation: { type: 'prompt-tuning', tokens: 4 } },
      },
    ],
    [
      'keys and values before all',
      {
        ...{ model: 'gemma3', objective: causalLm, examples: alike },
        settings: { adaptation: { type: 'prefix-tuning', tokens: 3 } },
      },
    ],
  ])('%s', (_, one) => expectExact(one));

  it.each([
    ['DPO', dpo(parseSettings('DPO', {}))],
    ['IPO', dpo(parseSettings('DPO', { loss: 'ipo' }))],
    ['ORPO', orpo(parseSettings('ORPO', {}))],
    ['SimPO', simpo(parseSettings('SimPO', {}))],
  ])('pairs of answers: %s', (_, objective) =>
    expectExact({ model: 'tied', objective, examples: pairs, settings: full }),
  );

  it('judged answers', () =>
    expectExact({
      ...{ model: 'tied', objective: kto(parseSettings('KTO', {})), examples: judged },
      settings: full,
    }));
});

const run = async (examples: readonly TokenizedExample[], input: RecipeInput, stops = false) => {
  const { model } = await readReference('tied');
  const settings = resolveRecipe({ epochs: 3, batchSize: 3, learningRate: 1e-2, ...input });
  const open = () => createTrainer({ model, settings, objective: causalLm, examples });
  let trainer = await open();
  while (trainer.step < trainer.totalSteps) {
    await trainer.trainStep();
    if (!stops) continue;
    const state = await mkdtemp(join(folder, 'state'));
    await trainer.saveState(state);
    await trainer.dispose();
    trainer = await open();
    await trainer.restoreState(state);
  }
  const last = await mkdtemp(join(folder, 'last'));
  await trainer.saveState(last);
  const { sharedTokens } = trainer;
  await trainer.dispose();
  const { tensors } = await readTrainingState(last);
  return {
    sharedTokens,
    state: tensors,
    weights: [...tensors].flatMap(([name, { data }]) =>
      name.startsWith('weights.') ? [data] : [],
    ),
  };
};

it('goes on from a state as if it had not been stopped, to the byte', async () => {
  const whole = await run(twoPrompts, {});
  expect(whole.sharedTokens).toBeDefined();
  expect((await run(twoPrompts, {}, true)).state).toEqual(whole.state);
});

it('keeps what frozen blocks made of rows that share their prompt', async () => {
  const last = { adaptation: { type: 'layers', last: 1 } } as const;
  const kept = await run(alike, last);
  expect(kept.sharedTokens).toBeDefined();
  const anew = await run(alike, { ...last, keptStateBytes: 0, keptDiskBytes: 0 });
  for (const [at, wanted] of anew.weights.entries())
    expect(distance(kept.weights[at] as Float32Array, wanted)).toBeLessThan(1e-5);
});

it('shares nothing by itself where that is not exact, or saves too little', async () => {
  const shared = async (examples: readonly TokenizedExample[], input: RecipeInput) =>
    (await run(examples, { epochs: 1, ...input })).sharedTokens;
  expect(await shared(alike, {})).toBeDefined();
  expect(await shared(alike, { adaptation: { type: 'lora', dropout: 0.1 } })).toBeUndefined();
  expect(await shared(alike, { embeddingNoise: 5 })).toBeUndefined();
  expect(await shared(alike, { packing: false })).toBeUndefined();
  const different = alike.map(({ tokens, supervised }, at) => ({
    tokens: tokens.map((token) => token + at),
    supervised,
  }));
  expect(await shared(different, {})).toBeUndefined();
});

it('refuses to share where it is asked to and that is not exact', () => {
  const ask = (input: RecipeInput) => resolveRecipe({ sharePrompts: true, ...input });
  expect(() => ask({ packing: false })).toThrow(
    "'sharePrompts' is of examples in one window, and so needs 'packing'",
  );
  expect(() => ask({ embeddingNoise: 5 })).toThrow("does not go with dropout or 'embeddingNoise'");
  expect(() => ask({ adaptation: { type: 'lora', dropout: 0.1 } })).toThrow('drawn anew');
  expect(() => ask({ task: { type: 'embedding' } })).toThrow(
    "'sharePrompts' is for models that write; leave it out for the task embedding",
  );
});
