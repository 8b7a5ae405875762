import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenizerError } from '@lathe/tokenizer/error';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import type { MetadataValue, TensorPlace } from '../gguf/format.ts';
import { type GgufFile, readGguf } from '../gguf/read.ts';
import { importGguf } from './import-gguf.ts';
import { recoverFolder } from './recovered-folder.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

const tiny = join(import.meta.dirname, 'fixtures/tiny-k-quants.gguf');
let root: string;
let whole: GgufFile;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-import-hostile-'));
  whole = await readGguf(tiny);
});
afterAll(() => rm(root, { recursive: true }));

function isOurs(error: unknown): boolean {
  return (
    error instanceof CheckpointError ||
    error instanceof UnsupportedModelError ||
    error instanceof TokenizerError
  );
}

/** The file with other metadata, or other places of tensors. */
function changed(
  values: Readonly<Record<string, MetadataValue | undefined>>,
  tensors: Readonly<Record<string, Partial<TensorPlace> | undefined>> = {},
): GgufFile {
  const metadata = new Map(whole.metadata);
  for (const [key, value] of Object.entries(values))
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  const places = new Map(whole.tensors);
  for (const [name, place] of Object.entries(tensors))
    if (place === undefined) places.delete(name);
    else places.set(name, { name, type: 'F32', shape: [1], ...places.get(name), ...place });
  return { ...whole, metadata, tensors: places };
}

const u32 = (value: number): MetadataValue => ({ type: 'u32', value });
const text = (value: string): MetadataValue => ({ type: 'string', value });

describe('a model that this engine does not compute is refused by the name of what asks', () => {
  it.each<[string, GgufFile | (() => GgufFile), string]>([
    ['other family', () => changed({ 'general.architecture': text('mamba') }), 'is "mamba"'],
    [
      'no family',
      () => changed({ 'general.architecture': undefined }),
      'lacks general.architecture',
    ],
    ['adapter', () => changed({ 'general.type': text('adapter') }), 'general.type is "adapter"'],
    ['part', () => changed({ 'split.count': u32(3) }), 'join the parts with llama-gguf-split'],
    ['experts', () => changed({ 'llama.expert_count': u32(8) }), 'llama.expert_count is 8'],
    ['yarn', () => changed({ 'llama.rope.scaling.type': text('yarn') }), 'is "yarn"'],
    ['values', () => changed({ 'llama.attention.value_length': u32(8) }), 'value_length is 8'],
    [
      'no size',
      () => changed({ 'llama.embedding_length': undefined }),
      'lacks llama.embedding_length',
    ],
    ['size', () => changed({ 'llama.embedding_length': text('many') }), 'is "many", not a number'],
    [
      'fraction',
      () => changed({ 'llama.block_count': { type: 'f32', value: 1.5 } }),
      'not a whole number',
    ],
    ['layers', () => changed({ 'llama.block_count': u32(2) }), 'tensor blk.1.attn_norm.weight'],
    ['many layers', () => changed({ 'llama.block_count': u32(4000) }), 'has 4000 layers'],
    [
      'lists',
      () => changed({ 'llama.attention.head_count_kv': { type: 'i32s', value: [1] } }),
      'is a list',
    ],
    [
      'missing',
      () => changed({}, { 'blk.0.ffn_up.weight': undefined }),
      'tensor blk.0.ffn_up.weight',
    ],
    [
      'surplus',
      () => changed({}, { 'blk.0.attn_q_norm.weight': {} }),
      'is not part of a llama model',
    ],
    [
      'long rope',
      () => changed({}, { 'rope_factors_long.weight': {} }),
      'scales in a way not computed',
    ],
    ['shape', () => changed({}, { 'output_norm.weight': { shape: [8] } }), 'imply [256]'],
    ['scaling', () => changed({}, { 'rope_freqs.weight': { shape: [3] } }), 'has 3 numbers for 16'],
  ])('%s', async (name, gguf, problem) => {
    const folder = join(root, name);
    const recovered = recoverFolder(typeof gguf === 'function' ? gguf() : gguf, folder, 'f16');
    await expect(recovered).rejects.toThrow(problem);
    await expect(recovered).rejects.toSatisfy(isOurs);
  });
});

describe('a tokenizer that cannot be rebuilt is refused by its key', () => {
  const tokens = (...value: string[]): MetadataValue => ({ type: 'strings', value });
  it.each<[string, () => GgufFile, string]>([
    ['kind', () => changed({ 'tokenizer.ggml.model': text('t5') }), 'tokenizer.ggml.model is "t5"'],
    [
      'cut',
      () => changed({ 'tokenizer.ggml.pre': text('viking') }),
      'tokenizer.ggml.pre is "viking"',
    ],
    [
      'no cut',
      () => changed({ 'tokenizer.ggml.pre': undefined }),
      'tokenizer.ggml.pre is "default"',
    ],
    [
      'too many',
      () => changed({}, { 'token_embd.weight': { shape: [9, 256] } }),
      'has 9 rows for them',
    ],
    [
      'twice',
      () =>
        changed({
          'tokenizer.ggml.tokens': tokens('a', 'a'),
          'tokenizer.ggml.token_type': undefined,
        }),
      'tokens.1 is "a", as is 0',
    ],
    [
      'types',
      () => changed({ 'tokenizer.ggml.tokens': tokens('a') }),
      'has 269 entries for 1 tokens',
    ],
    [
      'merge',
      () => changed({ 'tokenizer.ggml.merges': tokens('the  cat') }),
      'merges.0 is "the  cat"',
    ],
    [
      'special',
      () => changed({ 'tokenizer.ggml.eos_token_id': u32(9999) }),
      'is 9999, which no token has',
    ],
    [
      'scores',
      () => changed({ 'tokenizer.ggml.model': text('llama') }),
      'lacks tokenizer.ggml.scores',
    ],
    [
      'score',
      () =>
        changed({
          'tokenizer.ggml.model': text('llama'),
          'tokenizer.ggml.scores': { type: 'f32s', value: new Array(269).fill(Number.NaN) },
        }),
      'scores.0 is NaN',
    ],
  ])('%s', (_, gguf, problem) => {
    expect(() => tokenizerFiles(gguf())).toThrow(problem);
  });
});

it('a damaged file becomes a whole folder or none', async () => {
  const source = await readFile(tiny);
  const file = join(root, 'damaged.gguf');
  const folder = join(root, 'models', 'damaged');
  let refused = 0;
  const change = fc.record({
    at: fc.nat({ max: 12_000 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), async (changes) => {
      const bytes = Buffer.from(source);
      for (const one of changes) bytes.set(one.bytes, one.at);
      await writeFile(file, bytes);
      await rm(folder, { recursive: true, force: true });
      try {
        await importGguf(file, folder, { dequantised: 'f16' });
        expect(await readdir(folder)).toContain('model.safetensors');
      } catch (error) {
        if (!isOurs(error)) throw error;
        expect((error as Error).message).not.toContain('\n');
        refused++;
        await expect(readdir(folder)).rejects.toThrow('ENOENT');
      }
    }),
    { numRuns: 40 },
  );
  expect(refused).toBeGreaterThan(5);
});
