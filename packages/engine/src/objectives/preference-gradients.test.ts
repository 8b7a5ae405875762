import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { child, fillNormal, rootSeed } from '../nn/seed.ts';
import { distances, firstGradients } from '../parity/recorded-gradients.ts';
import {
  casesWithGradients,
  readRecordedPreferences,
  recordedCase,
  recordedGradients,
  recordedModel,
  recordedRun,
} from '../parity/recorded-preferences.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Forward } from './objective.ts';

const recorded = await readRecordedPreferences();
const cases = Object.keys(recorded.curves);
const withGradients = await casesWithGradients();
// More room than the four examples of a step need, so that unused room takes part.
const shape = { rows: 4, tokens: 32, targets: 96, examples: 6 };
const device = cpuDevice({ threads: 1 });

describe('every gradient of the first step', () => {
  it.each(withGradients)('agrees with the reference: $name, $method', async ({ name, method }) => {
    const wanted = await recordedGradients(name, method);
    const found = await firstGradients(await recordedRun(recorded, name, method));
    expect([...found.keys()]).toEqual(expect.arrayContaining([...wanted.keys()]));
    for (const [key, distance] of distances(found, wanted))
      expect(distance, key).toBeLessThan(1e-4);
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
      ends,
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
    expect([tokens, positions, ends]).not.toContain(undefined);
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
