import { resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { readTensor } from '../formats/safetensors.ts';
import { baseLinears } from '../models/base-linear.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';
import { encoderReferences, readEncoderReference } from './encoder-reference.ts';
import { curveDistances, gradientDistances, relativeDistance } from './parity.ts';
import { encoderRecording, encoderRun, encoderTasks } from './recorded-encoder-tasks.ts';

const shape = { rows: 4, tokens: 32, targets: 96, examples: 8 };
const tolerance = 1e-4;

describe.each(encoderReferences)('the tiny encoder "%s"', (name) => {
  it('gives the hidden states that transformers gives', async () => {
    const { model, examples, tensors } = await readEncoderReference(name);
    const { config } = model;
    const state = await createModelState({
      model,
      settings: resolveRecipe({ adaptation: { type: 'full' } }),
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
        ends: vector(tokens.map(() => tokens.length)),
        token_types: vector(config.tokenTypes > 1 ? types : tokens.map(() => 0)),
      };
      const used = Object.entries(feeds).filter(([key]) => program.inputs.includes(key));
      const answers = await program.run(Object.fromEntries(used));
      const wanted = await readTensor(tensors.get(`hidden.${index}`) ?? never());
      expect(relativeDistance(answers.hidden?.data as Float32Array, wanted)).toBeLessThan(
        tolerance,
      );
      await program.dispose();
    }
  });

  it.each(encoderTasks)('has the gradients of %s, packed', async (task) => {
    const reference = await readEncoderReference(name);
    const recording = encoderRecording(reference, task);
    const run = await encoderRun(reference, task, 'full');
    const found = await gradientDistances(run, recording, shape);
    expect(recording.gradients.size).toBeGreaterThan(5);
    expect(found.loss).toBeLessThan(5e-6);
    expect(found.gradients).toBeLessThan(tolerance);
  });

  it.each(encoderTasks)('follows the recorded curve of %s', async (task) => {
    const reference = await readEncoderReference(name);
    const { fullCurve } = encoderRecording(reference, task);
    const found = await curveDistances(await encoderRun(reference, task, 'full'), fullCurve);
    expect(found.curveLoss).toBeLessThan(tolerance);
    expect(found.curveNorm).toBeLessThan(tolerance);
  });

  it('follows the recorded curve of an adapter with a new head', async () => {
    const reference = await readEncoderReference(name);
    const { loraCurve } = encoderRecording(reference, 'single-label');
    const run = await encoderRun(reference, 'single-label', 'lora');
    const found = await curveDistances(run, loraCurve);
    expect(found.curveLoss).toBeLessThan(tolerance);
    expect(found.curveNorm).toBeLessThan(tolerance);
  });
});

function never(): never {
  throw new Error('the reference lacks something');
}
