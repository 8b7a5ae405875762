import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainingState, writeTrainingState } from '../formats/training-state.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { readRecordedPreferences, recordedRun } from '../parity/recorded-preferences.ts';
import { readReference } from '../parity/reference.ts';
import { boundCpu } from '../runtime/bound-memory.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { paddedCpu } from '../runtime/padded-cpu.fixture.ts';
import { newestState } from './resumable-run.fixture.ts';
import { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts';

const steps = 7;
const stateFile = 'training-state.safetensors';

const everything: RecipeInput = {
  adaptation: { type: 'lora', rank: 4, dropout: 0.2 },
  embeddingNoise: 5,
  microBatchTokens: 32,
};

const optimizers = ['adamw', 'sgd', 'lion', 'adafactor'] as const;

const cases: [string, RecipeInput][] = [
  ...optimizers.map((type): [string, RecipeInput] => [
    `full, ${type}`,
    { adaptation: { type: 'full' }, optimizer: { type, weightDecay: 0.1 } },
  ]),
  ...optimizers.map((type): [string, RecipeInput] => [
    `LoRA with dropout, noise and accumulation, ${type}`,
    { ...everything, optimizer: { type } },
  ]),
  ['full, accumulating', { adaptation: { type: 'full' }, microBatchTokens: 32 }],
  [
    'float16 whose loss scale falls and rises',
    { ...everything, precision: 'float16', lossScale: { initial: 2 ** 20, growthSteps: 2 } },
  ],
  ['full with noise', { adaptation: { type: 'full' }, embeddingNoise: 5, labelSmoothing: 0.1 }],
  ['layers', { adaptation: { type: 'layers', last: 1 }, layerRateDecay: 0.9 }],
  ['rsLoRA and LoRA+', { adaptation: { type: 'lora', rankStabilized: true, rateRatioB: 16 } }],
  ['DoRA', { adaptation: { type: 'lora', rank: 4, dora: true, dropout: 0.1 } }],
  ['LoRA beside 8 bits', { adaptation: { type: 'lora', rank: 4, baseBits: 8, dropout: 0.1 } }],
  ['PiSSA', { adaptation: { type: 'lora', rank: 4, initial: 'pissa' } }],
  ['IA3', { adaptation: { type: 'ia3' } }],
  ['prompt tuning', { adaptation: { type: 'prompt-tuning', tokens: 3 } }],
  ['prefix tuning', { adaptation: { type: 'prefix-tuning', tokens: 3 } }],
  ['embeddings of added tokens', { adaptation: { type: 'tokens', tokens: [5, 9] } }],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-resume-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function causalRun(settings: RecipeInput): Promise<TrainerOptions<object>> {
  const { model, examples } = await readReference('tied');
  const learning = { batchSize: 3, epochs: 4, learningRate: 1e-3, ...settings };
  const run = { model, examples, objective: causalLm, settings: resolveRecipe(learning) };
  return run as unknown as TrainerOptions<object>;
}

/** Trains to step `until` and returns every loss and gradient norm on the way. */
async function train(trainer: Trainer<object>, until: number): Promise<number[]> {
  const points: number[] = [];
  while (trainer.step < until) {
    const { loss, gradientNorm } = await trainer.trainStep();
    points.push(loss, gradientNorm);
  }
  return points;
}

/** The bytes of everything that a run carries from step to step: weights and moments. */
async function bytesOf(trainer: Trainer<object>, name: string): Promise<Buffer> {
  await trainer.saveState(join(folder, name));
  return readFile(join(folder, name, stateFile));
}

/** Runs undisturbed, then stopped after a random step and gone on with in a fresh trainer, `others` changed. */
async function expectSameEnd(
  run: TrainerOptions<object>,
  name: string,
  others: Pick<TrainerOptions<object>, 'device'> = {},
): Promise<void> {
  const undisturbed = await createTrainer(run);
  const whole = await train(undisturbed, steps);
  const wanted = await bytesOf(undisturbed, `${name}-undisturbed`);
  await undisturbed.dispose();

  const at = randomInt(1, steps);
  const stopped = await createTrainer(run);
  const before = await train(stopped, at);
  await stopped.saveState(join(folder, `${name}-stopped`));
  await stopped.dispose();
  const resumed = await createTrainer({ ...run, ...others });
  await resumed.restoreState(join(folder, `${name}-stopped`));
  const after = await train(resumed, steps);
  const found = await bytesOf(resumed, `${name}-resumed`);
  await resumed.dispose();

  const why = `stopped after step ${at} of ${steps}`;
  expect([...before, ...after], why).toEqual(whole);
  expect(found.equals(wanted), why).toBe(true);
}

describe('a run that is stopped after a random step and goes on', () => {
  it.each(cases)('ends bit for bit where the undisturbed run ends: %s', async (name, settings) => {
    await expectSameEnd(await causalRun(settings), name.replaceAll(/\W+/g, '-'));
  });

  it.each(optimizers)(
    'ends bit for bit where the undisturbed run ends: state updated by a graph, %s',
    async (type) => {
      const method = { type: 'full' } as const;
      const run = await causalRun({ ...everything, adaptation: method, optimizer: { type } });
      await expectSameEnd({ ...run, update: 'graph' }, `graph-${type}`);
    },
  );

  it.each([
    ['full', { adaptation: { type: 'full' } }],
    ['LoRA, in several micro-batches', everything],
  ] as const)(
    'ends bit for bit where the undisturbed run ends: state in memory of the device, %s',
    async (name, settings) => {
      const run = await causalRun(settings);
      await expectSameEnd({ ...run, device: boundCpu() }, `bound-${name.replaceAll(/\W+/g, '-')}`);
    },
  );

  it.each([
    ['c-api', 'node', { adaptation: { type: 'full' } }],
    ['node', 'c-api', everything],
  ] as const)(
    'ends bit for bit where it would have, by "%s" and then by "%s"',
    async (first, then, settings) => {
      const run = await causalRun(settings);
      const [device, other] = [first, then].map((binding) => cpuDevice({ binding }));
      await expectSameEnd({ ...run, updateThreads: 2, device }, `${first}-${then}`, {
        device: other,
      });
    },
  );

  it.each([
    ['head', 'reward'],
    ['full', 'kto'],
    ['lora', 'dpo-sigmoid'],
  ] as const)('ends bit for bit where the undisturbed run ends: %s, %s', async (type, name) => {
    const recorded = await readRecordedPreferences();
    const method = type === 'lora' ? ({ type, rank: 4, dropout: 0.1 } as const) : { type };
    const { adapter: _, ...run } = await recordedRun(recorded, name, 'full', {
      adaptation: method,
    });
    await expectSameEnd({ ...run, settings: { ...run.settings, shuffle: true } }, name);
  });
});

describe('products of padded widths', () => {
  it.each([
    ['full', { adaptation: { type: 'full' } }],
    ['LoRA, in several micro-batches', everything],
  ] as const)('end bit for bit where the undisturbed run ends: %s', async (name, settings) => {
    const run = { ...(await causalRun(settings)), device: paddedCpu() };
    const device = paddedCpu(1);
    await expectSameEnd(run, `padded-${name.replaceAll(/\W+/g, '-')}`, { device });
  });

  it('are told of where a run goes on without them, or with them though it began without', async () => {
    const given = await causalRun(everything);
    const [plain, padded] = await Promise.all(
      [cpuDevice(), paddedCpu()].map((device) => createTrainer({ ...given, device })),
    );
    if (plain === undefined || padded === undefined) throw new Error('there are two trainers');
    const [plainState, paddedState] = [join(folder, 'plain-widths'), join(folder, 'padded-widths')];
    await train(plain, 1);
    await plain.saveState(plainState);
    await train(padded, 2);
    await padded.saveState(paddedState);
    const [usual, longer] = ['onnxruntime', 'padded'] as const;
    expect(await plain.restoreState(plainState)).toBeUndefined();
    expect(await plain.restoreState(paddedState)).toEqual({ before: longer, now: usual });
    expect(plain.step).toBe(2);
    expect(await padded.restoreState(paddedState)).toBeUndefined();
    expect(await padded.restoreState(plainState)).toEqual({ before: usual, now: longer });
    const larger = await createTrainer({
      ...(await causalRun({ ...everything, microBatchTokens: 2048 })),
      device: paddedCpu(),
    });
    const [before, now] = [plain, larger].map(({ windowShape: { rows, tokens } }) => rows * tokens);
    expect(now).toBeGreaterThan(before as number);
    expect(await larger.restoreState(plainState)).toEqual({
      ...{ before: usual, now: longer },
      passTokens: { before, now },
    });
    await larger.dispose();
    await plain.dispose();
    await padded.dispose();
  });
});

await describeWithKernels(
  (device) => {
    it('end bit for bit where the undisturbed run ends', async () => {
      const full = await causalRun({ adaptation: { type: 'full' } });
      await expectSameEnd({ ...full, device }, 'kernels-full');
      const one = cpuDevice({ threads: 1, binding: 'c-api', kernels: 'plain' });
      await expectSameEnd({ ...(await causalRun(everything)), device }, 'kernels', { device: one });
    });

    it('tell whose they were where a run goes on with others, and come to the same but for rounding', async () => {
      const run = await causalRun(everything);
      const others = { ...run, device: cpuDevice({ binding: 'c-api', kernels: 'off' }) };
      const whole = await createTrainer(others);
      const wanted = await train(whole, steps);
      await whole.dispose();
      const before = await createTrainer({ ...run, device });
      const points = await train(before, 3);
      await before.saveState(join(folder, 'other-products'));
      await before.dispose();
      const after = await createTrainer(others);
      expect(await after.restoreState(join(folder, 'other-products'))).toEqual({
        before: 'lathe',
        now: 'onnxruntime',
      });
      points.push(...(await train(after, steps)));
      await after.saveState(join(folder, 'own-products'));
      expect(await after.restoreState(join(folder, 'own-products'))).toBeUndefined();
      await after.dispose();
      for (const [at, point] of points.entries()) expect(point).toBeCloseTo(wanted[at] ?? NaN, 4);
    });
  },
  ['auto', 'avx2'],
);

it('says of a state that names no form of its steps that an earlier Lathe made it', async () => {
  const given = await causalRun({ adaptation: { type: 'full' } });
  const trainer = await createTrainer(given);
  await train(trainer, 1);
  const [saved, earlier] = [join(folder, 'present-form'), join(folder, 'earlier-form')];
  await trainer.saveState(saved);
  expect(await trainer.restoreState(saved)).toBeUndefined();
  const { tensors, state } = await readTrainingState(saved);
  const { stepForm: _, ...named } = state;
  await writeTrainingState(earlier, { tensors, state: named });
  expect(await trainer.restoreState(earlier)).toEqual({ before: 'earlier', now: 'onnxruntime' });
  await trainer.dispose();
});

it('goes on with passes of half the size, and ends where it would have but for rounding', async () => {
  const method = { type: 'full' } as const;
  const large = await causalRun({ adaptation: method, microBatchTokens: 2048 });
  const whole = await createTrainer(large);
  const wanted = await train(whole, steps);
  await whole.dispose();
  const before = await createTrainer(large);
  const begun = await train(before, 3);
  await before.saveState(join(folder, 'large-passes'));
  const passOf = ({ windowShape: { rows, tokens } }: typeof before) => rows * tokens;
  await before.dispose();

  const smaller = await createTrainer(await causalRun({ adaptation: method, microBatchTokens: 1 }));
  expect(passOf(before)).toBeGreaterThanOrEqual(2 * passOf(smaller));
  expect(smaller.windowShape.rows).toBe(1);
  await smaller.restoreState(join(folder, 'large-passes'));
  const points = [...begun, ...(await train(smaller, steps))];
  await smaller.dispose();
  for (const [at, point] of points.entries()) expect(point).toBeCloseTo(wanted[at] ?? NaN, 4);
});

describe('a run whose process is killed', () => {
  const program = join(import.meta.dirname, 'resumable-run.fixture.ts');

  /** Runs the program to its end, which is SIGKILL where `killAfter` is given. */
  async function run(home: string, ...killAfter: number[]): Promise<string> {
    const child = spawn(process.execPath, [program, home, ...killAfter.map(String)]);
    const [output, errors] = [text(child.stdout), text(child.stderr)];
    const ended = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    expect(ended, await errors).toEqual(killAfter.length === 0 ? [0, null] : [null, 'SIGKILL']);
    return output;
  }

  it('ends bit for bit where the undisturbed run ends, killed twice at random moments', async () => {
    const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
    await mkdir(whole);
    await mkdir(killed);
    const total = Number(await run(whole));
    const moments = [randomInt(2, total / 2 - 2), randomInt(2, total / 2 - 2)].map((step) => [
      step,
      randomInt(0, 10),
    ]);
    for (const moment of moments) await run(killed, ...moment);
    const left = await newestState(killed);
    expect(left).toBeGreaterThan(0);
    expect(Number(await run(killed))).toBe(total);
    const wanted = await readFile(join(whole, `state-${total}`, stateFile));
    const found = await readFile(join(killed, `state-${total}`, stateFile));
    expect(found.equals(wanted), `killed at ${JSON.stringify(moments)}`).toBe(true);
  });
});
