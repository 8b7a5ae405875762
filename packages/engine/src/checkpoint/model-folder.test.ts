import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLlamaConfig } from './llama-config.ts';
import { llamaTensors } from './llama-tensors.ts';
import { mergeAdapter, writeMergedFolder } from './merged.ts';
import { openModelFolder } from './model-folder.ts';
import { readPeftAdapter, writePeftAdapter } from './peft.ts';
import { readTensor, readTensorBytes, writeSafetensors } from './safetensors.ts';

const small = {
  model_type: 'llama',
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
  eos_token_id: 3,
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-model-'));
});
afterAll(() => rm(root, { recursive: true }));

const value = (i: number) => Math.fround(Math.sin(i * 12.9898) * 0.5);

type Dtype = 'F32' | 'F16' | 'BF16';
function tensorsOf(config: object, dtype: Dtype = 'F32') {
  let seed = 0;
  return [...llamaTensors(parseLlamaConfig('config.json', config))].map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { name, dtype, shape, data: Float32Array.from({ length: size }, () => value(seed++)) };
  });
}

async function makeModel(config: object = small, dtype: Dtype = 'F32'): Promise<string> {
  const folder = await mkdtemp(join(root, 'base-'));
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config)} \n`);
  await writeFile(join(folder, 'chat_template.jinja'), 'odd\r\nbytes\n\n');
  await writeFile(join(folder, 'LICENSE'), 'free');
  await writeFile(join(folder, 'README.md'), 'the card of the base');
  await writeSafetensors(join(folder, 'model.safetensors'), tensorsOf(config, dtype));
  return folder;
}

async function shard(folder: string): Promise<void> {
  const tensors = tensorsOf(small);
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  await rm(join(folder, 'model.safetensors'));
  await writeSafetensors(join(folder, names[0]), tensors.slice(0, 5));
  await writeSafetensors(join(folder, names[1]), tensors.slice(5));
  const weightMap = Object.fromEntries(tensors.map(({ name }, i) => [name, names[i < 5 ? 0 : 1]]));
  const index = { metadata: { total_size: 0 }, weight_map: weightMap };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
}

test('both dialects of config.json give the same settings, with class defaults', () => {
  const scaling = {
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const four = parseLlamaConfig('c', {
    ...small,
    rope_theta: 5e5,
    rope_scaling: { type: 'llama3', ...scaling },
  });
  const five = parseLlamaConfig('c', {
    ...small,
    rope_parameters: { rope_type: 'llama3', rope_theta: 5e5, ...scaling },
  });
  expect(five).toEqual(four);
  expect(four).toMatchObject({
    headSize: 2,
    normEpsilon: 1e-6,
    ropeTheta: 500_000,
    ropeScaling: { type: 'llama3', factor: 32, originalMaxPositions: 8192 },
    bosToken: 1,
    eosTokens: [3],
    padToken: null,
    maxPositions: 2048,
    initializerRange: 0.02,
  });
  expect(parseLlamaConfig('c', { model_type: 'llama' })).toMatchObject({
    keyValueHeads: 32,
    tieEmbeddings: false,
    eosTokens: [2],
    ropeTheta: 10_000,
    ropeScaling: null,
  });
  expect(parseLlamaConfig('c', { ...small, bos_token_id: null, eos_token_id: null })).toMatchObject(
    { bosToken: null, eosTokens: [] },
  );
});

test.each<[object, RegExp]>([
  [{ model_type: 'gpt2' }, /c: model_type is "gpt2"/],
  [{ hidden_act: 'gelu' }, /hidden_act is "gelu"/],
  [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, /rope type "yarn"/],
  [{ rope_scaling: { type: 'linear' } }, /rope factor is missing/],
  [{ num_key_value_heads: 3 }, /num_key_value_heads 3 does not divide/],
  [{ hidden_size: 9 }, /num_attention_heads 4 does not divide hidden_size 9/],
  [{ hidden_size: '8' }, /hidden_size/],
  [{ quantization_config: { bits: 4 } }, /quantization_config is set/],
  [{ attention_dropout: 0.1 }, /attention_dropout is not 0/],
])('refuses a config it cannot honour: %j', (change, message) => {
  expect(() => parseLlamaConfig('c', { ...small, ...change })).toThrow(message);
});

test('opens single and sharded folders with the same weights', async () => {
  const single = await openModelFolder(await makeModel());
  const folder = await makeModel();
  await shard(folder);
  const sharded = await openModelFolder(folder);
  expect([...sharded.tensors.keys()].sort()).toEqual([...single.tensors.keys()].sort());
  for (const [name, entry] of sharded.tensors) {
    expect(await readTensor(entry)).toEqual(await readTensor(single.tensors.get(name)!));
  }
});

test('generation_config.json adds its end tokens', async () => {
  const folder = await makeModel();
  await writeFile(join(folder, 'generation_config.json'), '{"eos_token_id":[3,7]}');
  expect((await openModelFolder(folder)).config.eosTokens).toEqual([3, 7]);
});

test('names the tensor that is missing, misshapen, surplus or misplaced', async () => {
  const folder = await makeModel();
  const file = join(folder, 'model.safetensors');
  const tensors = tensorsOf(small);
  await writeSafetensors(file, tensors.slice(1));
  await expect(openModelFolder(folder)).rejects.toThrow(
    'tensor model.embed_tokens.weight: the model needs it',
  );
  await writeSafetensors(file, [...tensors, { ...tensors[0]!, name: 'extra' }]);
  await expect(openModelFolder(folder)).rejects.toThrow(
    'tensor extra is not part of a Llama model',
  );
  await writeSafetensors(file, [{ ...tensors[0]!, shape: [8, 11] }, ...tensors.slice(1)]);
  await expect(openModelFolder(folder)).rejects.toThrow(
    'config.json implies shape [11, 8], the file has [8, 11]',
  );
  await shard(folder);
  await rm(join(folder, 'model-00002-of-00002.safetensors'));
  await expect(openModelFolder(folder)).rejects.toThrow(
    'its shard model-00002-of-00002.safetensors is missing',
  );
  await writeFile(
    join(folder, 'model.safetensors.index.json'),
    '{"weight_map":{"a":"../b.safetensors"}}',
  );
  await expect(openModelFolder(folder)).rejects.toThrow('lies outside the folder');
  await rm(join(folder, 'config.json'));
  await expect(openModelFolder(folder)).rejects.toThrow('config.json: the file is missing');
});

test.each<Dtype>(['F32', 'F16', 'BF16'])(
  'a merged folder in %s keeps dtype, bytes and files',
  async (dtype) => {
    const base = await openModelFolder(await makeModel(small, dtype));
    const out = join(root, `merged-${dtype}`);
    const name = 'model.layers.1.mlp.up_proj.weight';
    const data = Float32Array.from({ length: 96 }, (_, i) => value(i + 5000));
    await writeMergedFolder(base, new Map([[name, data]]), out);
    const merged = await openModelFolder(out);
    expect((await readdir(out)).sort()).toEqual([
      'LICENSE',
      'chat_template.jinja',
      'config.json',
      'model.safetensors',
    ]);
    for (const file of ['config.json', 'chat_template.jinja']) {
      expect(await readFile(join(out, file))).toEqual(await readFile(join(base.path, file)));
    }
    for (const [key, entry] of merged.tensors) {
      const before = base.tensors.get(key)!;
      expect(entry.dtype).toBe(dtype);
      if (key !== name) expect(await readTensorBytes(entry)).toEqual(await readTensorBytes(before));
    }
    const stored = await readTensor(merged.tensors.get(name)!);
    const step = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8 }[dtype];
    stored.forEach((got, i) => {
      expect(Math.abs(got - data[i]!)).toBeLessThanOrEqual(step * Math.abs(data[i]!) + 1e-7);
    });
    // An unchanged merge is the base, byte for byte.
    const same = join(root, `same-${dtype}`);
    await writeMergedFolder(base, new Map(), same);
    expect(await readFile(join(same, 'model.safetensors'))).toEqual(
      await readFile(join(base.path, 'model.safetensors')),
    );
  },
);

test('a merged folder keeps the shards of its base', async () => {
  const folder = await makeModel();
  await shard(folder);
  const out = join(root, 'merged-shards');
  await writeMergedFolder(
    await openModelFolder(folder),
    new Map([['model.norm.weight', new Float32Array(8)]]),
    out,
  );
  expect((await readdir(out)).filter((name) => name.endsWith('.safetensors'))).toHaveLength(2);
  expect(await readTensor((await openModelFolder(out)).tensors.get('model.norm.weight')!)).toEqual(
    new Float32Array(8),
  );
});

test('a copy of a tied head follows the embedding', async () => {
  const folder = await makeModel();
  const tensors = tensorsOf(small);
  await writeSafetensors(join(folder, 'model.safetensors'), [
    ...tensors,
    { ...tensors[0]!, name: 'lm_head.weight' },
  ]);
  const base = await openModelFolder(folder);
  const embedding = Float32Array.from({ length: 88 }, (_, i) => i);
  const out = join(root, 'merged-tied');
  await writeMergedFolder(base, new Map([['model.embed_tokens.weight', embedding]]), out);
  const merged = await openModelFolder(out);
  expect(await readTensor(merged.tensors.get('lm_head.weight')!)).toEqual(embedding);
  await expect(
    writeMergedFolder(base, new Map([['lm_head.weight', embedding]]), out),
  ).rejects.toThrow('the head is tied');
});

test('a merge that fails leaves no folder, and a foreign folder is not replaced', async () => {
  const base = await openModelFolder(await makeModel());
  const out = join(root, 'merged-bad');
  const before = (await readdir(root)).sort();
  const bad = new Map([['model.norm.weight', Float32Array.of(1, 2, 3, Number.NaN, 5, 6, 7, 8)]]);
  await expect(writeMergedFolder(base, bad, out)).rejects.toThrow(
    'tensor model.norm.weight: value 3 is NaN',
  );
  await expect(writeMergedFolder(base, new Map([['x', new Float32Array(1)]]), out)).rejects.toThrow(
    'no such tensor',
  );
  expect((await readdir(root)).sort()).toEqual(before);
  await expect(writeMergedFolder(base, new Map(), base.path)).rejects.toThrow(
    'may not replace its own base',
  );
  const foreign = await mkdtemp(join(root, 'foreign-'));
  await writeFile(join(foreign, 'thesis.txt'), 'precious');
  await expect(writeMergedFolder(base, new Map(), foreign)).rejects.toThrow('is not replaced');
  expect(await readdir(foreign)).toEqual(['thesis.txt']);
});

test('a model trained from random weights is written in the dtype of its config', async () => {
  const folder = await makeModel({ ...small, torch_dtype: 'bfloat16' });
  await rm(join(folder, 'model.safetensors'));
  const base = await openModelFolder(folder, { weights: 'none' });
  const all = new Map(tensorsOf(small).map(({ name, data }) => [name, data]));
  const out = join(root, 'from-random');
  await writeMergedFolder(base, all, out);
  const written = await openModelFolder(out);
  expect(new Set([...written.tensors.values()].map(({ dtype }) => dtype))).toEqual(
    new Set(['BF16']),
  );
  all.delete('model.norm.weight');
  await expect(writeMergedFolder(base, all, out)).rejects.toThrow(
    'tensor model.norm.weight: neither',
  );
});

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
  const base = await openModelFolder(await makeModel());
  const folder = join(root, 'adapter');
  const lora = loraOf(2, 3);
  await writePeftAdapter(folder, lora);
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
  await writePeftAdapter(folder, lora);
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
