import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { createPolicyTrainer, type Grade } from './policy-trainer.ts';

const path = join(import.meta.dirname, '../../../../models/lathe-tiny');
const model = await openModelFolder(path);
const tokenizer = await loadTokenizer(path);
const prompts = ['a cat', 'the green dog', 'it'].map((text) =>
  Int32Array.from(tokenizer.encode(`<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`)),
);

/** The share of an answer's characters that are an e. */
const gradeText = (text: string): number =>
  text.length === 0 ? 0 : [...text].filter((letter) => letter === 'e').length / text.length;
const grade: Grade = async (_side, answers) => answers.map(({ text }) => gradeText(text));

const settings = (
  reinforcement: NonNullable<RecipeInput['reinforcement']>,
  more: RecipeInput = {},
) =>
  resolveRecipe({
    adaptation: { type: 'lora', rank: 4 },
    ...{ batchSize: 2, epochs: 2, learningRate: 0.01, schedule: 'constant' },
    reinforcement: { groupSize: 3, maxCompletionTokens: 6, ...reinforcement },
    ...more,
  });

type Given = Partial<Parameters<typeof createPolicyTrainer>[0]>;
const open = (folder: string, given: Given = {}) =>
  createPolicyTrainer({
    ...{ model, prompts, grade, settings: settings({}), folder: join(folder, 'policy') },
    ...given,
  });

describe.each([
  ['dapo', {}, {}],
  ['rloo with a divergence', { loss: 'rloo', beta: 0.1 }, {}],
  ['grpo by answers, with a divergence', { loss: 'grpo', ratio: 'sequence', beta: 0.04 }, {}],
  ['another temperature in passes of one window', { temperature: 0.7 }, { microBatchTokens: 32 }],
  ['every weight', {}, { adaptation: { type: 'full' }, learningRate: 1e-3 }],
] satisfies [string, RecipeInput['reinforcement'], RecipeInput][])(
  '%s',
  (_, reinforcement, more) => {
    it('learns from what the policy itself answers, so that every ratio is exactly 1', async () => {
      await using folder = await tempFolder();
      const trainer = await open(folder.path, { settings: settings(reinforcement ?? {}, more) });
      const steps = [await trainer.trainStep(), await trainer.trainStep()];
      await trainer.dispose();
      expect(steps.map(({ answers }) => answers.length)).toEqual([6, 3]);
      for (const { metrics, answers } of steps) {
        expect(metrics.figures.ratio).toBe(1);
        expect(metrics.figures).toMatchObject({ 'clip_ratio/low': 0, 'clip_ratio/high': 0 });
        expect(metrics.gradientNorm).toBeGreaterThan(0);
        for (const { text, reward } of answers) expect(reward).toBe(gradeText(text));
        for (const [name, value] of Object.entries(metrics.figures))
          expect(value, name).toSatisfy(Number.isFinite);
      }
      expect(steps[0]?.metrics.figures.kl).toBe(0);
      expect(steps[1]?.metrics.figures.kl).toBeGreaterThan(0);
    });
  },
);

it('computes the prompt of a group once, with the same losses and gradients', async () => {
  await using folder = await tempFolder();
  const step = async (sharePrompts: boolean) => {
    const trainer = await open(folder.path, { settings: settings({}, { sharePrompts }) });
    const { metrics, answers } = await trainer.trainStep();
    const { sharedTokens } = trainer;
    await trainer.dispose();
    return { metrics, answers, sharedTokens };
  };
  const [apart, shared] = [await step(false), await step(true)];
  expect(shared.answers).toEqual(apart.answers);
  for (const name of ['loss', 'gradientNorm'] as const)
    expect(shared.metrics[name] / apart.metrics[name] - 1).toBeCloseTo(0, 5);
  expect([apart.sharedTokens === undefined, shared.sharedTokens === undefined]).toEqual([
    true,
    false,
  ]);
  expect(shared.metrics.figures.ratio).toBe(1);
});

it('goes on from a state as if it had not been stopped, to the byte', async () => {
  await using folder = await tempFolder();
  const weights = async (name: string, stops: boolean) => {
    let trainer = await open(folder.path);
    const told: unknown[] = [];
    while (trainer.step < trainer.totalSteps) {
      const { metrics, answers } = await trainer.trainStep();
      told.push({ ...metrics, seconds: 0, answers });
      if (!stops) continue;
      const state = join(folder.path, `${name}-${trainer.step}`);
      await trainer.saveState(state);
      await trainer.dispose();
      trainer = await open(folder.path);
      await trainer.restoreState(state);
    }
    await trainer.exportAdapter(join(folder.path, name));
    await trainer.dispose();
    return { told, bytes: await readFile(join(folder.path, name, 'adapter_model.safetensors')) };
  };
  const whole = await weights('whole', false);
  const stopped = await weights('stopped', true);
  expect(whole.told).toHaveLength(4);
  expect(stopped.told).toEqual(whole.told);
  expect(stopped.bytes.equals(whole.bytes)).toBe(true);
});

it('refuses the state of a run with other prompts', async () => {
  await using folder = await tempFolder();
  const one = await open(folder.path);
  await one.saveState(join(folder.path, 'state'));
  await one.dispose();
  const other = await open(folder.path, {
    prompts: [...prompts.slice(1), prompts[1] as Int32Array],
  });
  await expect(other.restoreState(join(folder.path, 'state'))).rejects.toThrow('belongs to a run');
  await other.dispose();
});

it('tells before the first step when nothing could be learned', async () => {
  await using folder = await tempFolder();
  const refusalWith = async (given: Given) => {
    const trainer = await open(folder.path, given);
    const refusal = await trainer.refusal();
    await trainer.dispose();
    return refusal;
  };
  expect(await refusalWith({})).toBeUndefined();
  expect(await refusalWith({ grade: async (_, all) => all.map(() => 0.5) })).toMatch(
    /^the grader gave every answer the same reward of 0.5 in a trial of 9 answers to 3 prompts/,
  );
  expect(await refusalWith({ grade: async (_, all) => all.map(() => undefined) })).toBe(
    'the grader gave no reward for 100 % of the answers in a trial of 9 answers to 3 prompts',
  );
  const byPrompt: Grade = async (_, all) => all.map(({ prompt }) => prompt);
  expect(await refusalWith({ grade: byPrompt })).toMatch(
    /^100 % of the prompts had the same reward for all their answers/,
  );
});

it('leaves the weights as they are where every answer of a step is cut off and masked', async () => {
  await using folder = await tempFolder();
  const trainer = await open(folder.path, {
    settings: settings({ maskTruncated: true, maxCompletionTokens: 1 }),
  });
  const first = await trainer.trainStep();
  expect(first.metrics.figures['completions/clipped_ratio']).toBe(1);
  expect(first.metrics).toMatchObject({ loss: 0, gradientNorm: 0, supervisedTokens: 0, step: 1 });
  const score = await trainer.evaluate(prompts.slice(0, 2));
  expect(score.answers).toHaveLength(2);
  expect(score.figures.reward).toBeTypeOf('number');
  await trainer.dispose();
});

it('refuses prompts that leave no room for an answer', async () => {
  const full = new Int32Array(model.config.maxPositions).fill(5);
  await expect(open('', { prompts: [full] })).rejects.toThrow(
    'the longest prompt has 1024 tokens, which leaves no room for an answer',
  );
});
