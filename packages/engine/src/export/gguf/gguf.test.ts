import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../families/model-folder.ts';
import { readTensor } from '../../formats/safetensors.ts';
import { decodeTensor } from '../../gguf/dequantize.ts';
import { encodeTensor } from '../../gguf/quantize.ts';
import { readGguf } from '../../gguf/read.ts';
import { ropeDivisors } from '../../gguf/rope-divisors.ts';
import { fromGguf, ggufTensors, type TensorMapping, toGguf } from '../../gguf/tensor-names.ts';
import { importGguf } from '../../import/import-gguf.ts';
import { readReference, referenceModels } from '../../parity/reference.ts';
import { exportModel } from '../export.ts';
import { type GgufType, writeGgufModel } from './gguf-file.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-gguf-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A recorded model; of Gemma a copy with what llama.cpp fixes for the family. */
async function source(name: (typeof referenceModels)[number]): Promise<string> {
  const { model } = await readReference(name);
  if (name !== 'gemma3') return model.path;
  const folder = join(root, 'gemma3-source');
  await cp(model.path, folder, { recursive: true });
  const file = join(folder, 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  config.layer_types = config.layer_types.map(() => 'sliding_attention');
  config.rope_parameters.sliding_attention.rope_theta = 10_000;
  config.query_pre_attn_scalar = config.head_dim;
  await writeFile(file, JSON.stringify(config));
  return folder;
}

describe.each(referenceModels)('%s', (name) => {
  it.each([
    ['f32', 1e-6],
    ['f16', 5e-3],
    ['q8_0', 1e-1],
  ] as const)('in %s answers as the trainer does', async (dtype, limit) => {
    const out = join(root, `${name}-${dtype}`);
    const model = await source(name);
    const { replay, notes } = await exportModel({ model, kind: 'gguf', out, dtype });
    expect(replay.relative).toBeLessThan(limit);
    const ofContext = notes.filter((note) => note.startsWith('context_length'));
    expect(ofContext).toHaveLength(name === 'mistral' || name === 'qwen2' ? 1 : 0);
  });
});

describe.each(referenceModels)('%s', (name) => {
  it.each(['f32', 'f16', 'q8_0'] as const)('comes back from %s with its weights', async (type) => {
    const model = await openModelFolder(await source(name));
    const file = join(root, `${name}-${type}.gguf`);
    await writeGgufModel(model, file, type);
    const folder = join(root, `${name}-${type}-imported`);
    const { family } = await importGguf(file, folder, { dequantised: 'f32' });
    const imported = await openModelFolder(folder);
    expect(family).toBe(name === 'mistral' ? 'llama' : model.config.modelType);
    // The writer ends the context where a window begins that llama.cpp does not compute; the rest no file says.
    const { attention, slidingWindow, maxPositions, modelType, ...own } = imported.config;
    const others = { bosToken: null, eosTokens: [], padToken: null, initializerRange: 0 };
    const found = { ...model.config, ...own, ...others };
    expect(found).toEqual({ ...model.config, ...others });
    for (const [tensor, entry] of model.tensors) {
      if (!imported.tensors.has(tensor) && imported.config.tieEmbeddings) continue;
      const found = await readTensor(imported.tensors.get(tensor)!);
      const [mapping] = ggufTensors(model.config).filter((one) => one.source === tensor);
      expect(found, tensor).toEqual(stored(await readTensor(entry), mapping!, type));
    }
  });
});

/** What the writer keeps of a weight: rounded to the type, and of Gemma's norms what float32 keeps beside 1. */
function stored(data: Float32Array, mapping: TensorMapping, type: GgufType): Float32Array {
  const isMatrix = mapping.shape.length > 1 && mapping.name !== 'position_embd.weight';
  const isWhole = mapping.shape.at(-1)! % 32 === 0;
  const kept = !isMatrix || type === 'f32' ? 'F32' : type === 'q8_0' && isWhole ? 'Q8_0' : 'F16';
  return fromGguf(decodeTensor(encodeTensor(toGguf(data, mapping), kept), kept), mapping);
}

describe('what a file says', () => {
  it('has the tensors of llama.cpp, with rows of queries in pairs and the scaling of Llama 3', async () => {
    const { model } = await readReference('llama3-rope');
    const file = join(root, 'llama3.gguf');
    await writeGgufModel(model, file, 'f32');
    const { metadata, tensors, read } = await readGguf(file);
    expect(metadata.get('general.architecture')).toEqual({ type: 'string', value: 'llama' });
    expect(metadata.get('llama.attention.head_count_kv')).toEqual({ type: 'u32', value: 1 });
    expect(metadata.get('tokenizer.ggml.model')).toEqual({ type: 'string', value: 'none' });
    expect([...tensors.keys()].slice(0, 5)).toEqual([
      'rope_freqs.weight',
      'token_embd.weight',
      'blk.0.attn_norm.weight',
      'blk.0.attn_q.weight',
      'blk.0.attn_k.weight',
    ]);
    expect(tensors.has('output.weight')).toBe(false);
    expect(await read('rope_freqs.weight')).toEqual(ropeDivisors(model.config));
  });

  it('refuses what llama.cpp would compute otherwise, and a value that float16 cannot hold', async () => {
    const gemma = (await readReference('gemma3')).model.path;
    const out = join(root, 'refused');
    const exported = exportModel({ model: gemma, kind: 'gguf', out });
    await expect(exported).rejects.toThrow('layer_types.2 is "full", but llama.cpp computes');
    const encoder = join(gemma, '..', 'bert');
    await expect(exportModel({ model: encoder, kind: 'gguf', out })).rejects.toThrow(
      'GGUF is written of decoders only',
    );
  });

  it('is refused when cut short', async () => {
    const { model } = await readReference('tied');
    const file = join(root, 'cut.gguf');
    await writeGgufModel(model, file, 'q8_0');
    const whole = (await readFile(file)).byteLength;
    await truncate(file, whole - 100);
    await expect(readGguf(file)).rejects.toThrow('lies past the end of the file');
    await truncate(file, 1500);
    await expect(readGguf(file)).rejects.toThrow('the header is cut short');
    await truncate(file, 40);
    await expect(readGguf(file)).rejects.toThrow('entries of metadata: 18 do not fit');
    await writeFile(file, 'not a model at all, but long enough');
    await expect(readGguf(file)).rejects.toThrow('is not a GGUF file');
  });
});

describe('Q8_0', () => {
  it('keeps a block within half a step of its scale', () => {
    const data = Float32Array.from({ length: 64 }, (_, at) => Math.sin(at) * (at < 32 ? 1 : 1000));
    const bytes = encodeTensor(data, 'Q8_0');
    expect(bytes.byteLength).toBe(68);
    const back = decodeTensor(bytes, 'Q8_0');
    data.forEach((value, at) => {
      const step = (at < 32 ? 1 : 1000) / 127;
      expect(Math.abs(back[at]! - value)).toBeLessThan(0.6 * step);
    });
    expect(decodeTensor(encodeTensor(new Float32Array(32), 'Q8_0'), 'Q8_0')).toEqual(
      new Float32Array(32),
    );
  });

  it('names a number that does not fit', () => {
    expect(() => encodeTensor(Float32Array.of(1, Number.NaN), 'F32')).toThrow('value 1 is NaN');
    expect(() => encodeTensor(Float32Array.of(70_000), 'F16')).toThrow('more than float16 holds');
  });
});
