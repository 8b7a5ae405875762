import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { makeModel, value } from '../families/small-llama.fixture.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { writeLora } from './lora.fixture.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { readPeftAdapter } from './peft.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-peft-'));
});
afterAll(() => rm(root, { recursive: true }));

function loraOf(layers: number, rank: number) {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  for (let layer = 0; layer < layers; layer++) {
    for (const [half, shape] of [
      ['A', [rank, 8]],
      ['B', [4, rank]],
    ] as const) {
      const data = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) =>
        value(i + layer * 100),
      );
      tensors.set(`model.layers.${layer}.self_attn.k_proj.lora_${half}`, {
        shape: [...shape],
        data,
      });
    }
  }
  return { baseModel: 'base', rank, alpha: 6, dropout: 0, targets: ['k_proj'], tensors };
}

test('an adapter comes back as written, and merging adds scale times B times A', async () => {
  const base = await openModelFolder(await makeModel(root));
  const folder = join(root, 'adapter');
  const lora = loraOf(2, 3);
  await writeLora(folder, lora);
  expect((await readdir(folder)).sort()).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
  ]);
  const modules = new Map(
    [...base.tensors]
      .filter(([, { shape }]) => shape.length === 2)
      .map(([name, { shape }]) => [name.slice(0, -'.weight'.length), shape]),
  );
  const adapter = await readPeftAdapter(folder, modules);
  expect(adapter).toMatchObject({ rank: 3, alpha: 6, scale: 2, targets: ['k_proj'] });
  expect(new Map([...adapter.tensors].sort())).toEqual(new Map([...lora.tensors].sort()));
  const merged = await mergeAdapter(base, adapter);
  expect([...merged.keys()].sort()).toEqual([
    'model.layers.0.self_attn.k_proj.weight',
    'model.layers.1.self_attn.k_proj.weight',
  ]);
  const name = 'model.layers.1.self_attn.k_proj';
  const weight = await readTensor(base.tensors.get(`${name}.weight`)!);
  const a = lora.tensors.get(`${name}.lora_A`)!.data;
  const b = lora.tensors.get(`${name}.lora_B`)!.data;
  merged.get(`${name}.weight`)!.forEach((got, at) => {
    const [row, column] = [Math.floor(at / 8), at % 8];
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += b[row * 3 + k]! * a[k * 8 + column]!;
    expect(got).toBeCloseTo(weight[at]! + 2 * sum, 6);
  });
});

test('an adapter with missing, surplus or misshapen tensors is refused by name', async () => {
  const folder = join(root, 'adapter-bad');
  const lora = loraOf(2, 3);
  const name = 'model.layers.0.self_attn.k_proj';
  await writeLora(folder, lora);
  const file = join(folder, 'adapter_model.safetensors');
  const write = (tensors: typeof lora.tensors, extra?: string) =>
    writeSafetensors(file, [
      ...[...tensors].map(([key, t]) => ({
        name: `base_model.model.${key}.weight`,
        dtype: 'F32' as const,
        ...t,
      })),
      ...(extra === undefined
        ? []
        : [{ name: extra, dtype: 'F32' as const, shape: [1], data: new Float32Array(1) }]),
    ]);
  const without = new Map(lora.tensors);
  without.delete(`${name}.lora_B`);
  await write(without);
  await expect(readPeftAdapter(folder)).rejects.toThrow(
    `tensor ${name}.lora_A: ${name}.lora_B is missing`,
  );
  without.delete(`${name}.lora_A`);
  await write(without);
  const modules = new Map([0, 1].map((i) => [`model.layers.${i}.self_attn.k_proj`, [4, 8]]));
  await expect(readPeftAdapter(folder, modules)).rejects.toThrow(
    `tensor ${name}.lora_A: it is missing`,
  );
  await write(lora.tensors, 'base_model.model.score.weight');
  await expect(readPeftAdapter(folder)).rejects.toThrow(
    'tensor base_model.model.score.weight: is not a LoRA tensor',
  );
  await write(lora.tensors);
  modules.set(name, [4, 16]);
  await expect(readPeftAdapter(folder, modules)).rejects.toThrow(
    'the base module reads 16 values, not 8',
  );
  const config = JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8'));
  await writeFile(
    join(folder, 'adapter_config.json'),
    JSON.stringify({ ...config, use_dora: true }),
  );
  await expect(readPeftAdapter(folder)).rejects.toThrow('use_dora is set');
  await writeFile(
    join(folder, 'adapter_config.json'),
    JSON.stringify({ ...config, target_modules: ['q_proj'] }),
  );
  await expect(readPeftAdapter(folder)).rejects.toThrow('no target_modules entry names it');
});
