import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelLinears } from '../families/model-config.ts';
import { dequantizeFourBits, quantizeFourBits } from './four-bit-base.ts';
import {
  estimateOf,
  farthest,
  model,
  roundedModel,
  settingsOf,
  trained,
} from './quantized-base.fixture.ts';

describe('a 4-bit base', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-four-bit-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('trains as a float32 model of the same numbers does, and its loss falls', async () => {
    const adapter = join(folder, 'adapter');
    const found = await trained(model, settingsOf({ baseBits: 4 }), adapter);
    const widened = await roundedModel(folder, (weight, plan) =>
      dequantizeFourBits(quantizeFourBits(weight, plan)),
    );
    const wanted = await trained(widened, settingsOf());
    expect(farthest(found.losses, wanted.losses)).toBeLessThan(1e-3);
    expect(farthest(found.norms, wanted.norms)).toBeLessThan(1e-3);
    expect(found.losses.at(-1)).toBeLessThan(0.7 * (found.losses[0] ?? 0));
    // An adapter is the same file whatever its base was kept as: it names no quantisation.
    const config = JSON.parse(await readFile(join(adapter, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'LORA', r: 8 });
    expect(Object.keys(config).filter((key) => /bit|quant/.test(key))).toEqual([]);
  });

  it('needs less memory than one in float32', async () => {
    const [whole, packed] = [await estimateOf(), await estimateOf(4)];
    const linear = modelLinears(model.config).reduce(
      (sum, { inputs, outputs }) => sum + inputs * outputs,
      0,
    );
    // lathe-tiny stores two bytes a number; codes take half a byte, and an eighth of one the scales.
    expect(whole.mapped - packed.mapped).toBe(2 * linear);
    expect(packed.state - whole.state).toBe(linear * (0.5 + 4 / 32));
  });

  it('goes with plain LoRA only', () => {
    expect(() => settingsOf({ baseBits: 4, dora: true })).toThrow(
      'a 4-bit base goes with plain LoRA',
    );
  });
});
