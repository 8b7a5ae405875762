import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../families/model-config.ts';
import { input } from '../graph/value.ts';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { smoothedCrossEntropy } from '../objectives/chunked-cross-entropy.ts';
import { readReference } from '../parity/reference.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { noiseFeeds, noisyEmbeddings } from '../trained/embedding-noise.ts';
import { layerRate } from '../trained/layer-rates.ts';
import { createTrainer } from './trainer.ts';

const device = cpuDevice({ threads: 1 });

describe('label smoothing', () => {
  it('gives every class its share', async () => {
    const [rows, classes, share] = [3, 5, 0.2];
    const x = fillNormal(new Float32Array(rows * classes), rootSeed(1), 2);
    const labels = [4, 0, 2];
    const { loss } = smoothedCrossEntropy(
      input('x', [rows, classes]),
      input('labels', [rows, 1], 'int32'),
      share,
    );
    const program = await device.compile({ outputs: { loss } });
    const answers = await program.run({
      x: { data: x, shape: [rows, classes], dtype: 'float32' },
      labels: { data: Int32Array.from(labels), shape: [rows, 1], dtype: 'int32' },
    });
    await program.dispose();
    for (const [row, label] of labels.entries()) {
      const logits = [...x.subarray(row * classes, (row + 1) * classes)];
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const losses = logits.map((logit) => total - logit);
      const mean = losses.reduce((sum, each) => sum + each, 0) / classes;
      const wanted = (1 - share) * (losses[label] as number) + share * mean;
      expect(answers.loss?.data[row]).toBeCloseTo(wanted, 5);
    }
  });
});

describe('noise on embeddings', () => {
  const shape = { rows: 2, tokens: 16, targets: 16, examples: 4 };
  const width = 8;
  const example = (length: number) => ({
    tokens: new Int32Array(length).fill(1),
    supervised: new Uint8Array(length).fill(1),
  });
  const windows = [[example(5), example(9)], [example(16)]];
  const noise = async (step: number): Promise<Float32Array> => {
    const x = input('x', [32, width]);
    const program = await device.compile({ outputs: { y: noisyEmbeddings(x, rootSeed(3)) } });
    const options = { shape, width, alpha: 5, seed: rootSeed(3), step, microBatch: 0 };
    const answers = await program.run({
      x: { data: new Float32Array(32 * width), shape: [32, width], dtype: 'float32' },
      ...noiseFeeds(causalLm, windows, options),
    });
    await program.dispose();
    return answers.y?.data as Float32Array;
  };

  it('fills ±α/√(length·width) of each sequence, and leaves padding alone', async () => {
    const found = await noise(0);
    for (const [start, length] of [
      [0, 5],
      [5, 9],
      [16, 16],
    ] as const) {
      const most = 5 / Math.sqrt(length * width);
      const own = [...found.subarray(start * width, (start + length) * width)].map(Math.abs);
      expect(Math.max(...own)).toBeLessThanOrEqual(most);
      expect(Math.max(...own)).toBeGreaterThan(0.8 * most);
      expect(own.reduce((sum, x) => sum + x, 0) / own.length / most).toBeCloseTo(0.5, 0);
    }
    expect(new Set(found.subarray(14 * width, 16 * width))).toEqual(new Set([0]));
  });

  it('is the same for the same step and another for another', async () => {
    expect(await noise(1)).toEqual(await noise(1));
    expect(await noise(1)).not.toEqual(await noise(2));
  });
});

describe('learning rates by layer', () => {
  it('fall from the top to the embeddings', () => {
    const rate = layerRate(
      parseModelConfig('c', { model_type: 'bert', num_hidden_layers: 3 }),
      0.5,
    );
    expect(rate('classifier.weight')).toBe(1);
    expect(rate('bert.encoder.layer.2.output.dense.weight')).toBe(0.5);
    expect(rate('bert.encoder.layer.0.output.dense.weight')).toBe(0.125);
    expect(rate('bert.embeddings.word_embeddings.weight')).toBe(0.0625);
  });
});

describe('a run with every regulariser', () => {
  const run = async (settings: RecipeInput) => {
    const { model, examples } = await readReference('tied');
    const trainer = await createTrainer({
      model,
      objective: causalLm,
      examples,
      settings: resolveRecipe({
        adaptation: { type: 'full' },
        batchSize: 4,
        learningRate: 1e-2,
        ...settings,
      }),
    });
    const before = await trainer.evaluate(examples);
    const losses = [];
    while (trainer.step < trainer.totalSteps) losses.push((await trainer.trainStep()).loss);
    await trainer.dispose();
    return { before, losses };
  };
  const strong = { labelSmoothing: 0.2, embeddingNoise: 5, layerRateDecay: 0.7 };

  it('is repeatable, differs from one without, and is scored without them', async () => {
    const plain = await run({});
    const first = await run(strong);
    expect(await run(strong)).toEqual(first);
    expect(first.losses).not.toEqual(plain.losses);
    expect(first.before).toEqual(plain.before);
    const [once, twice] = [await run({ seed: 1, ...strong }), await run({ seed: 2, ...strong })];
    expect(once.losses[0]).not.toBe(twice.losses[0]);
  });
});
