import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import type { EncoderConfig } from '../checkpoint/encoder-config.ts';
import type { Adapter } from '../checkpoint/peft.ts';
import { readTensor } from '../checkpoint/safetensors.ts';
import type { Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import {
  type EncoderReference,
  encoderReferences,
  type RecordedText,
  readEncoderReference,
  withHead,
} from '../models/encoder-reference.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import { maskedLm } from '../objectives/masked-lm.ts';
import type { Objective } from '../objectives/objective.ts';
import { sequenceClassification } from '../objectives/sequence-classification.ts';
import { spanExtraction } from '../objectives/span-extraction.ts';
import { tokenClassification } from '../objectives/token-classification.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { forward } from '../step/forward.ts';
import { batchFeeds } from './feeds.ts';
import { createModelState, parameterFeeds, weightValues } from './model-state.ts';
import { packLengths } from './packing.ts';
import { parseTrainingSettings } from './settings.ts';
import { createTrainer } from './trainer.ts';

const shape = { rows: 4, tokens: 32, targets: 96, examples: 8 };
const tolerance = 1e-4;

/** One task with its examples: the type of example stays inside. */
type Task = {
  run<Result>(
    act: <Example>(objective: Objective<Example>, examples: readonly Example[]) => Result,
  ): Result;
};

function task<Example>(
  objective: Objective<Example>,
  examples: readonly RecordedText[],
  make: (
    text: RecordedText,
    read: { tokens: Int32Array; types: Int32Array | undefined },
  ) => Example,
  pairs: boolean,
): Task {
  const made = examples.map((text) =>
    make(text, {
      tokens: Int32Array.from(text.tokens),
      types: pairs ? Int32Array.from(text.types) : undefined,
    }),
  );
  return { run: (act) => act(objective, made) };
}

function tasksOf(config: EncoderConfig, texts: readonly RecordedText[]): Record<string, Task> {
  const pairs = config.tokenTypes > 1;
  const labels = 3;
  return {
    'masked-lm': task(
      maskedLm(config),
      texts,
      ({ masked, maskedPlaces, tokens }, { types }) => ({
        tokens: Int32Array.from(masked),
        types,
        hidden: Int32Array.from(maskedPlaces),
        answers: Int32Array.from(maskedPlaces, (place) => tokens[place] as number),
      }),
      pairs,
    ),
    'single-label': task(
      sequenceClassification(config, { problem: 'single-label', labels }),
      texts,
      ({ label }, read) => ({ ...read, label }),
      pairs,
    ),
    'multi-label': task(
      sequenceClassification(config, { problem: 'multi-label', labels }),
      texts,
      (text, read) => ({ ...read, label: Float32Array.from(text.labels) }),
      pairs,
    ),
    regression: task(
      sequenceClassification(config, { problem: 'regression', labels: 1 }),
      texts,
      ({ value }, read) => ({ ...read, label: Float32Array.of(value) }),
      pairs,
    ),
    'token-classification': task(
      tokenClassification(config, labels),
      texts,
      ({ tokenLabels }, read) => ({ ...read, labels: Int32Array.from(tokenLabels) }),
      pairs,
    ),
    'span-extraction': task(
      spanExtraction(config),
      texts,
      ({ start, end }, read) => ({ ...read, start, end }),
      pairs,
    ),
  };
}

/** ‖found − wanted‖ / ‖wanted‖, where a gradient that is zero but for rounding counts as 1e-3. */
function distance(found: ArrayLike<number>, wanted: Float32Array): number {
  let apart = 0;
  let size = 0;
  for (const [at, value] of wanted.entries()) {
    apart += ((found[at] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart) / (Math.sqrt(size) + 1e-3);
}

function settingsOf({ training }: EncoderReference, lora: boolean, targets: readonly string[]) {
  const { rank, alpha } = training;
  return parseTrainingSettings({
    method: lora ? { type: 'lora', rank, alpha, targets } : { type: 'full' },
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: lora ? training.learningRateLora : training.learningRateFull,
    schedule: { kind: 'linear', warmupSteps: training.warmupSteps },
    optimizer: { weightDecay: training.weightDecay },
    shuffle: false,
  });
}

describe.each(encoderReferences)('the tiny encoder "%s"', (name) => {
  it('gives the hidden states that transformers gives', async () => {
    const { model, examples, tensors } = await readEncoderReference(name);
    const { config } = model;
    const state = await createModelState({
      model,
      settings: parseTrainingSettings({ method: { type: 'full' } }),
    });
    for (const [index, { tokens, types }] of examples.entries()) {
      const weights = weightValues(model, state);
      const linear = baseLinears(config, weights.tensor);
      const row = { rows: 1, tokens: tokens.length };
      const hidden = packedEncoder(config, { tensor: weights.tensor, linear }, row);
      const program = await cpuDevice().compile({ outputs: { hidden } });
      const vector = (data: readonly number[]) =>
        ({ data: Int32Array.from(data), shape: [tokens.length], dtype: 'int32' }) as const;
      const feeds = {
        ...parameterFeeds(state),
        tokens: vector(tokens),
        positions: vector([...tokens.keys()]),
        segments: vector(tokens.map(() => 1)),
        token_types: vector(config.tokenTypes > 1 ? types : tokens.map(() => 0)),
      };
      const used = Object.entries(feeds).filter(([key]) => program.inputs.includes(key));
      const answers = await program.run(Object.fromEntries(used));
      const wanted = await readTensor(tensors.get(`hidden.${index}`) ?? never());
      expect(distance(answers.hidden?.data as Float32Array, wanted)).toBeLessThan(tolerance);
      await program.dispose();
    }
  });

  it.each([
    'masked-lm',
    'single-label',
    'multi-label',
    'regression',
    'token-classification',
    'span-extraction',
  ])('has the gradients of %s, packed', async (kind) => {
    const reference = await readEncoderReference(name);
    const model = withHead(reference, kind);
    const recorded = reference.tasks[kind] ?? never();
    await (tasksOf(model.config, reference.examples)[kind] ?? never()).run(
      async (objective, examples) => {
        const state = await createModelState({
          model,
          settings: parseTrainingSettings({ method: { type: 'full' } }),
          objective,
        });
        const weights = weightValues(model, state);
        const { config } = model;
        const { loss } = forward({ config, shape, tensor: weights.tensor, objective });
        const names = [...weights.parameters.keys()];
        const found = gradients(loss, [...weights.parameters.values()]);
        const outputs: Record<string, Value> = { loss };
        for (const [at, key] of names.entries()) outputs[`gradient.${key}`] = found[at] ?? never();
        const program = await cpuDevice().compile({ outputs });
        const lengths = examples.map((example) => objective.sequences(example)[0]?.length ?? 0);
        const windows = packLengths(lengths, shape.tokens).map((window) =>
          window.map((index) => examples[index] ?? never()),
        );
        const answers = await program.run({
          ...parameterFeeds(state),
          ...batchFeeds(objective, windows, { shape, step: examples }),
        });
        await program.dispose();
        const weight = examples.reduce((sum, example) => sum + objective.weight(example), 0);
        expect(Number(answers.loss?.data[0]) / weight / recorded.loss).toBeCloseTo(1, 5);
        const prefix = `${kind}.gradient.`;
        let compared = 0;
        for (const [key, entry] of reference.tensors) {
          if (!key.startsWith(prefix)) continue;
          const sums = answers[`gradient.${key.slice(prefix.length)}`] ?? never();
          const mean = (sums.data as Float32Array).map((sum) => sum / weight);
          expect(distance(mean, await readTensor(entry)), key).toBeLessThan(tolerance);
          compared++;
        }
        expect(compared).toBeGreaterThan(5);
      },
    );
  });

  it.each([
    'masked-lm',
    'single-label',
    'multi-label',
    'regression',
    'token-classification',
    'span-extraction',
  ])('follows the recorded curve of %s', async (kind) => {
    const reference = await readEncoderReference(name);
    const model = withHead(reference, kind);
    const curve = reference.tasks[kind]?.fullCurve ?? never();
    await (tasksOf(model.config, reference.examples)[kind] ?? never()).run(
      async (objective, examples) => {
        const settings = settingsOf(reference, false, []);
        const trainer = await createTrainer({ model, settings, objective, examples });
        expect(trainer.totalSteps).toBe(curve.length);
        for (const point of curve) {
          const metrics = await trainer.trainStep();
          expect(Math.abs(metrics.loss / point.loss - 1)).toBeLessThan(tolerance);
          expect(Math.abs(metrics.gradientNorm / point.gradientNorm - 1)).toBeLessThan(tolerance);
        }
        await trainer.dispose();
      },
    );
  });

  it('follows the recorded curve of an adapter with a new head', async () => {
    const reference = await readEncoderReference(name);
    const model = withHead(reference, 'single-label');
    const curve = reference.tasks['single-label']?.loraCurve ?? never();
    const tensors: Adapter['tensors'] = new Map();
    for (const [key, entry] of reference.tensors)
      if (key.startsWith('lora.start.'))
        tensors.set(key.slice('lora.start.'.length), {
          shape: entry.shape,
          data: await readTensor(entry),
        });
    await (tasksOf(model.config, reference.examples)['single-label'] ?? never()).run(
      async (objective, examples) => {
        const trainer = await createTrainer({
          model,
          settings: settingsOf(reference, true, reference.targets),
          objective,
          examples,
          adapter: { tensors },
        });
        for (const point of curve) {
          const metrics = await trainer.trainStep();
          expect(Math.abs(metrics.loss / point.loss - 1)).toBeLessThan(tolerance);
          expect(Math.abs(metrics.gradientNorm / point.gradientNorm - 1)).toBeLessThan(tolerance);
        }
        await trainer.dispose();
      },
    );
  });
});

function never(): never {
  throw new Error('the reference lacks something');
}
