import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelLinears } from '../families/model-config.ts';
import { describeWithBytes } from '../runtime/byte-products.fixture.ts';
import { roundedLayer, widenedLayer } from './eight-bit-base.ts';
import {
  estimateOf,
  farthest,
  model,
  roundedModel,
  settingsOf,
  trained,
} from './quantized-base.fixture.ts';

await describeWithBytes('an 8-bit base', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-eight-bit-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('trains about as a float32 model of the same numbers does, to the same bits twice', async () => {
    const settings = settingsOf({ baseBits: 8 }, 5);
    const places = ['one', 'other'].map((name) => join(folder, name));
    const [found, again] = [
      await trained(model, settings, places[0]),
      await trained(model, settings, places[1]),
    ];
    expect(again).toEqual(found);
    const [one, other] = await Promise.all(
      places.map((place) => readFile(join(place, 'adapter_model.safetensors'))),
    );
    expect(one?.equals(other ?? Buffer.of())).toBe(true);

    const widened = await roundedModel(folder, (weight, plan) =>
      widenedLayer(roundedLayer(weight, plan)),
    );
    const wanted = await trained(widened, settingsOf({}, 5));
    expect(farthest(found.losses, wanted.losses)).toBeLessThan(0.01);
    expect(farthest(found.norms, wanted.norms)).toBeLessThan(0.1);
    expect(found.losses.at(-1)).toBeLessThan(0.8 * (found.losses[0] ?? 0));
  });

  it('keeps each number twice in a byte', async () => {
    const [whole, rounded] = [await estimateOf(), await estimateOf(8)];
    const linears = modelLinears(model.config);
    const numbers = linears.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
    const scales = linears.reduce((sum, { outputs }) => sum + outputs, 0);
    expect(whole.mapped - rounded.mapped).toBe(2 * numbers);
    expect(rounded.state - whole.state).toBe(2 * numbers + 4 * scales);
    expect(rounded.packed).toBe(0);
  });
});

it('goes with plain LoRA only, and its tolerance with it', () => {
  expect(() => settingsOf({ baseBits: 8, dora: true })).toThrow(
    'an 8-bit base goes with plain LoRA',
  );
  expect(() => settingsOf({ baseBits: 4, baseTolerance: 0.1 })).toThrow(
    "'baseTolerance' goes with 'baseBits' 8",
  );
});
