import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAnyModelFolder, openModelFolder } from '../families/model-folder.ts';
import {
  type Dtype,
  makeModel,
  shard,
  small,
  tensorsOf,
  value,
} from '../families/small-llama.fixture.ts';
import {
  readTensor,
  readTensorBytes,
  streamSafetensors,
  writeSafetensors,
} from '../formats/safetensors.ts';
import { writeMergedFolder } from './merged.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-merged-'));
});
afterAll(() => rm(root, { recursive: true }));

test.each<Dtype>(['F32', 'F16', 'BF16'])(
  'a merged folder in %s keeps dtype, bytes and files',
  async (dtype) => {
    const base = await openModelFolder(await makeModel(root, small, dtype));
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

const models = new URL('../parity/fixtures/models/', import.meta.url);

test.each([
  ['bert', 'bert.'],
  ['roberta', 'roberta.'],
  ['distilbert', 'distilbert.'],
  ['modernbert', 'model.'],
  ['gpt2', 'transformer.'],
])(
  'a head makes %s, stored bare, a model whose other weights begin with %s',
  async (family, prefix) => {
    const { pathname } = new URL(family, models);
    const bare = join(root, `bare-${family}`);
    await cp(pathname, bare, { recursive: true });
    const whole = await openAnyModelFolder(pathname);
    const stored = [...whole.tensors].filter(([name]) => name.startsWith(prefix));
    const sources = stored.map(([name, entry]) => ({
      ...{ name: name.slice(prefix.length), dtype: entry.dtype, shape: entry.shape },
      bytes: () => readTensorBytes(entry),
    }));
    await streamSafetensors(join(bare, 'model.safetensors'), sources);
    const base = await openAnyModelFolder(bare);
    const { hiddenSize } = base.config;
    const head = { shape: [2, hiddenSize], data: new Float32Array(2 * hiddenSize).fill(0.5) };
    const out = join(root, `headed-${family}`);
    const task = { kind: 'token-classification', labels: 2 } as const;
    await writeMergedFolder(base, new Map(), out, {
      added: new Map([['classifier.weight', head]]),
      task,
    });
    const { tensors } = await openAnyModelFolder(out);
    const written = [...tensors.values()].map(({ name }) => name);
    expect(written.toSorted()).toEqual(
      [...stored.map(([name]) => name), 'classifier.weight'].toSorted(),
    );
    for (const [name, entry] of stored)
      expect(await readTensorBytes(tensors.get(name)!)).toEqual(await readTensorBytes(entry));
  },
);

test('a merged folder keeps the shards of its base', async () => {
  const folder = await makeModel(root);
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
  const folder = await makeModel(root);
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

test('a head of its own stays one, whatever config.json says of it', async () => {
  const folder = await makeModel(root, { ...small, tie_word_embeddings: true });
  const tensors = tensorsOf(small);
  const head = tensors[0]!.data.toReversed();
  await writeSafetensors(join(folder, 'model.safetensors'), [
    ...tensors,
    { ...tensors[0]!, name: 'lm_head.weight', data: head },
  ]);
  const base = await openModelFolder(folder);
  expect(base.config.tieEmbeddings).toBe(false);
  const embedding = Float32Array.from({ length: 88 }, (_, i) => i);
  const out = join(root, 'merged-own-head');
  await writeMergedFolder(base, new Map([['model.embed_tokens.weight', embedding]]), out);
  const merged = await openModelFolder(out);
  expect(await readTensor(merged.tensors.get('lm_head.weight')!)).toEqual(head);
  // Readers that go by the flag alone would pass over the head.
  expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toMatchObject({
    tie_word_embeddings: false,
  });
});

test('a merge that fails leaves no folder, and a foreign folder is not replaced', async () => {
  const base = await openModelFolder(await makeModel(root));
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
  const folder = await makeModel(root, { ...small, torch_dtype: 'bfloat16' });
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
