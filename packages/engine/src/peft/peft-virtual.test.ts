/** Prompts and prefixes in peft's layout: what training writes is read back, and what is not whole is refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createAdaptation } from '../adapt/create-adaptation.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { rootSeed } from '../nn/seed.ts';
import { readReference } from '../parity/reference.ts';
import { writePeftFolder } from './peft-folder.ts';
import { readServedAdapter, readVirtualTokens, virtualTokenCount } from './peft-virtual.ts';

const name = 'prompt_embeddings';

async function written(folder: string, method: 'prompt' | 'prefix'): Promise<Float32Array> {
  const { model } = await readReference('tied');
  const settings = { tokens: 3, initial: 'random' } as const;
  const target = { model, seed: rootSeed(5) };
  const adaptation = await createAdaptation(
    method === 'prompt'
      ? { type: 'prompt-tuning', ...settings }
      : { type: 'prefix-tuning', tokens: 3 },
    target,
  );
  const values = await adaptation.added[0]?.start();
  if (values === undefined) throw new Error('nothing trains');
  const content = adaptation.content(new Map([[name, values]]));
  if (content === undefined) throw new Error('nothing to write');
  await writePeftFolder(folder, content, 'tied');
  return values;
}

it.each(['prompt', 'prefix'] as const)('a %s that training wrote is read back', async (method) => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'adapter');
  const values = await written(path, method);
  const found = await readServedAdapter(path);
  expect(found).toMatchObject({ method, count: 3 });
  expect(found.tensors.get(name)?.data).toEqual(values);
  expect(await virtualTokenCount(path)).toBe(3);
});

it('what is not whole or cannot be honoured is refused by name', async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'adapter');
  const values = await written(path, 'prefix');
  const file = join(path, 'adapter_config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const change = (keys: Record<string, unknown>) =>
    writeFile(file, JSON.stringify({ ...config, ...keys }));
  await change({ num_virtual_tokens: 4 });
  await expect(readVirtualTokens(path)).rejects.toThrow('does not fit 4 virtual tokens');
  await change({ num_transformer_submodules: 2 });
  await expect(readVirtualTokens(path)).rejects.toThrow('num_transformer_submodules');
  await change({ peft_type: 'P_TUNING' });
  await expect(readServedAdapter(path)).rejects.toThrow('peft_type');
  await change({});
  const tensor = { dtype: 'F32', shape: [3, values.length / 3], data: values } as const;
  const weights = join(path, 'adapter_model.safetensors');
  await writeSafetensors(weights, [{ name: 'other', ...tensor }]);
  await expect(readVirtualTokens(path)).rejects.toThrow('other');
  await writeSafetensors(weights, [{ name, ...tensor, data: values.map(() => Number.NaN) }]);
  await expect(readVirtualTokens(path)).rejects.toThrow('NaN');
});
