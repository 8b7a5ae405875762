import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { child, fillNormal, rootSeed } from '../nn/seed.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from '../train/adapted-forward.ts';
import { batchFeeds } from '../train/feeds.ts';
import {
  createModelState,
  parameterFeeds,
  weightsFolder,
  weightValues,
} from '../train/model-state.ts';
import { createSequenceScorer } from '../train/sequence-scorer.ts';
import type { Forward } from './objective.ts';
import {
  casesWithGradients,
  readRecordedPreferences,
  recordedCase,
  recordedGradients,
  recordedModel,
  recordedRun,
} from './recorded-preferences.ts';
import { sequenceScore } from './sequence-log-probability.ts';

const recorded = await readRecordedPreferences();
const cases = Object.keys(recorded.curves);
const withGradients = await casesWithGradients();
// More room than the four examples of a step need, so that unused room takes part.
const shape = { rows: 4, tokens: 32, targets: 96, examples: 6 };
const device = cpuDevice({ threads: 1 });

describe('every gradient of the first step', () => {
  it.each(withGradients)('agrees with the reference: $name, $method', async ({ name, method }) => {
    const wanted = await recordedGradients(name, method);
    const run = await recordedRun(recorded, name, method);
    const { model, settings, objective } = run;
    const state = await createModelState(run);
    const graph = (part: { forward: typeof objective.forward }, within = shape) => {
      const weights = weightValues(model, state);
      const forwardOf = adaptedForward(model, settings, state);
      const built = forwardOf(weights, within, { objective: part, training: false });
      return { weights, built };
    };
    const mapFolder = weightsFolder(model);
    const scorer = createSequenceScorer({
      device,
      mapFolder,
      settings,
      forward: (within) => graph(sequenceScore, within).built,
      parameterFeeds: parameterFeeds(state),
    });
    const examples = run.examples.slice(0, 4);
    const references = new Map<object, number[]>();
    for (const example of examples)
      references.set(example, [
        ...(await scorer.score(objective.measured?.reference(example) ?? [])),
      ]);
    await scorer.dispose();
    const zeros = new Float32Array(examples.length);
    const { weights, built } = graph(objective);
    const found = gradients(built.gradientOf ?? built.loss, [...weights.parameters.values()]);
    const outputs: Record<string, Value> = {};
    for (const [at, key] of [...weights.parameters.keys()].entries())
      outputs[key] = found[at] as Value;
    const program = await device.compile({ outputs }, { mapFolder });
    const windows = examples.map((example) => [example]);
    const answers = await program.run({
      ...parameterFeeds(state),
      ...batchFeeds(objective, windows, {
        shape,
        step: examples,
        reference: (example) => references.get(example) ?? [],
        estimate: () => ({ current: zeros, reference: zeros }),
      }),
    });
    await program.dispose();
    expect(Object.keys(answers).toSorted()).toEqual([...wanted.keys()].toSorted());
    // A gradient that is 0 but for rounding, as of a key's bias, is held to the size of the others.
    const least = 1e-4 * Math.hypot(...[...wanted.values()].map(length));
    for (const [key, values] of wanted) {
      const sums = answers[key]?.data as Float32Array;
      const means = sums.map((sum) => sum / examples.length);
      expect(distance(means, values, least), key).toBeLessThan(1e-4);
    }
  });
});

describe.each(cases)('the loss of %s in float64', (name) => {
  it('has the gradient of its central differences', async () => {
    const { objective, examples } = recordedCase(
      name,
      recorded.examples.slice(0, 4),
      (await recordedModel(name)).config,
    );
    const width = 6;
    const floats = {
      hidden: [shape.rows * shape.tokens, width],
      head: [64, width],
      'score.weight': [1, width],
    };
    const random = (key: string, size: number): Float64Array =>
      Float64Array.from(fillNormal(new Float32Array(size), child(rootSeed(4), key), 0.7));
    const inputs = new Map(
      Object.entries(floats).map(([key, sides]) => [key, input(key, sides, 'float64')]),
    );
    const of = (key: string): Value => inputs.get(key) as Value;
    const built: Forward = objective.forward(
      { hidden: of('hidden'), head: () => of('head'), tensor: of },
      shape,
    );
    const program = await device.compile({
      outputs: {
        loss: built.loss,
        slopes: gradients(built.gradientOf ?? built.loss, [of('hidden')])[0] as Value,
      },
    });
    const references = [-9, -11.5];
    const {
      tokens,
      positions,
      segments,
      token_types: _,
      ...fed
    } = batchFeeds(
      objective,
      examples.map((example) => [example]),
      {
        shape,
        step: examples,
        reference: () => references,
        estimate: () => ({ current: Float32Array.of(-3, -5), reference: Float32Array.of(-6, -4) }),
      },
    );
    expect([tokens, positions, segments]).not.toContain(undefined);
    const numbers = new Map(
      Object.entries(floats).map(([key, [rows = 0, columns = 0]]) => [
        key,
        random(key, rows * columns),
      ]),
    );
    const hidden = numbers.get('hidden') as Float64Array;
    const evaluate = async () => {
      const feeds: Record<string, Tensor> = { ...fed };
      for (const [key, sides] of Object.entries(floats))
        if (program.inputs.includes(key))
          feeds[key] = {
            data: fromNumbers('float64', numbers.get(key) as Float64Array),
            shape: sides,
            dtype: 'float64',
          };
      return program.run(feeds);
    };
    const slopes = Float64Array.from((await evaluate()).slopes?.data as Float64Array);
    const used = [...slopes.keys()].filter((at) => slopes[at] !== 0);
    expect(used.length).toBeGreaterThan(20);
    expect(slopes.every(Number.isFinite)).toBe(true);
    const step = 1e-5;
    for (const at of used.filter((_, index) => index % Math.ceil(used.length / 12) === 0)) {
      const middle = hidden[at] as number;
      const ends: number[] = [];
      for (const side of [1, -1]) {
        hidden[at] = middle + side * step;
        ends.push(Number((await evaluate()).loss?.data[0]));
      }
      hidden[at] = middle;
      const difference = ((ends[0] as number) - (ends[1] as number)) / (2 * step);
      const scale = Math.max(Math.abs(difference), 1e-3);
      expect(Math.abs((slopes[at] as number) - difference) / scale).toBeLessThan(1e-6);
    }
    await program.dispose();
  });
});

/** ‖found − wanted‖ / max(‖wanted‖, least). */
function distance(found: Float32Array, wanted: Float32Array, least: number): number {
  const apart = found.map((value, at) => value - (wanted[at] ?? Number.NaN));
  return length(apart) / Math.max(length(wanted), least);
}

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}
