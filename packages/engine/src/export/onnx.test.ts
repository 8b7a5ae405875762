import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoderReferences } from '../parity/encoder-reference.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { exportModel } from './export.ts';
import { protoFields } from './proto-reader.ts';
import { quantizeBlocks } from './quantize-blocks.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-onnx-'));
});
afterAll(() => rm(root, { recursive: true }));

function fixture(name: string): string {
  return join(import.meta.dirname, '..', 'parity', 'fixtures', 'models', name);
}

/** Types and domains of a model's operators, and the opset of ai.onnx. */
async function operators(file: string) {
  const top = [...protoFields(new Uint8Array(await readFile(file)))];
  const graph = top.find(({ field }) => field === 7)!.content;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  const domains = new Set<string>();
  for (const { field, content } of protoFields(graph))
    if (field === 1)
      for (const inner of protoFields(content))
        if (inner.field === 7) domains.add(text(inner.content));
  const opsets = top
    .filter(({ field }) => field === 8)
    .map(({ content }) => [...protoFields(content)])
    .filter((fields) => !fields.some(({ field }) => field === 1))
    .map((fields) => fields.find(({ field }) => field === 2)!.content[0]);
  return { domains: [...domains], opsets };
}

describe('decoders', () => {
  it.each(referenceModels)('%s answers as the trainer does, through its cache', async (name) => {
    const out = join(root, name);
    const { replay, files } = await exportModel({ model: fixture(name), kind: 'onnx', out });
    expect(replay.relative).toBeLessThan(1e-5);
    expect(files.map(({ path }) => path)).toEqual(['config.json', 'onnx/model.onnx']);
    expect(await operators(join(out, 'onnx/model.onnx'))).toEqual({ domains: [], opsets: [21] });
    expect(await readFile(join(out, 'config.json'))).toEqual(
      await readFile(join(fixture(name), 'config.json')),
    );
  });

  it('padding on the left changes nothing', async () => {
    const { model } = await readReference('mistral');
    const out = join(root, 'padded');
    await exportModel({ model: model.path, kind: 'onnx', out });
    const session = await InferenceSession.create(join(out, 'onnx/model.onnx'));
    const { layers, keyValueHeads, headSize, vocabularySize } = model.config;
    const logits = async (ids: number[][], mask: number[][]): Promise<Float32Array> => {
      const shape = [ids.length, ids[0]!.length];
      const int64 = (rows: number[][]) =>
        new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), shape);
      const positions = mask.map((row) =>
        row.map((_, at) => Math.max(0, row.slice(0, at + 1).reduce((sum, one) => sum + one) - 1)),
      );
      const feeds: Record<string, Tensor> = {
        input_ids: int64(ids),
        attention_mask: int64(mask),
        position_ids: int64(positions),
      };
      for (let layer = 0; layer < layers; layer++)
        for (const side of ['key', 'value'])
          feeds[`past_key_values.${layer}.${side}`] = new Tensor('float32', new Float32Array(), [
            ids.length,
            keyValueHeads,
            0,
            headSize,
          ]);
      return (await session.run(feeds)).logits!.data as Float32Array;
    };
    const long = [7, 8, 9, 10, 11, 12, 13, 14, 15];
    const alone = await logits([[5, 6, 7]], [[1, 1, 1]]);
    const beside = await logits(
      [[0, 0, 0, 0, 0, 0, 5, 6, 7], long],
      [[0, 0, 0, 0, 0, 0, 1, 1, 1], long.map(() => 1)],
    );
    const row = beside.subarray(6 * vocabularySize, 9 * vocabularySize);
    expect(Math.max(...alone.map((value, at) => Math.abs(value - row[at]!)))).toBeLessThan(1e-5);
    await session.release();
  });

  it('many weights go into a file of their own', async () => {
    const out = join(root, 'external');
    const model = fixture('qwen3');
    const { replay } = await exportModel({ model, kind: 'onnx', out, largestModel: 0 });
    expect(replay.relative).toBeLessThan(1e-5);
    expect((await readdir(join(out, 'onnx'))).sort()).toEqual(['model.onnx', 'model.onnx_data']);
  });
});

describe('int8 weights', () => {
  // Tied and untied heads, weights that lie [inputs, outputs], and a head of labels.
  it.each(['tied', 'untied', 'gpt2', 'bert'])(
    '%s answers nearly as the trainer does',
    async (name) => {
      const out = join(root, `${name}-q8`);
      const { replay } = await exportModel({
        model: fixture(name),
        kind: 'onnx',
        out,
        dtype: 'q8',
      });
      expect(replay.relative).toBeLessThan(0.08);
      const file = join(out, 'onnx/model_quantized.onnx');
      expect(await operators(file)).toEqual({ domains: [], opsets: [21] });
      const plain = await stat(join(fixture(name), 'model.safetensors'));
      expect((await stat(file)).size).toBeLessThan(plain.size);
    },
  );

  it('a type that the kind does not have is refused', async () => {
    const request = { model: fixture('tied'), kind: 'onnx', out: join(root, 'no') } as const;
    await expect(exportModel({ ...request, dtype: 'q8_0' })).rejects.toThrow(
      'onnx is not written in q8_0; it is in f32, q8',
    );
  });

  it('codes lie within half a step, whichever way the matrix is laid', () => {
    const [rows, columns] = [5, 40];
    const data = Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at * at));
    for (const [along, turned] of [
      ['rows', false],
      ['rows', true],
      ['columns', false],
    ] as const) {
      const { codes, scales } = quantizeBlocks(data, { rows, columns, along, turned });
      expect(scales.length).toBe(along === 'rows' ? rows * 2 : columns);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const block = Math.floor((along === 'rows' ? column : row) / 32);
          const scale =
            scales[along === 'columns' ? column : turned ? block * rows + row : row * 2 + block]!;
          const code = codes[turned ? column * rows + row : row * columns + column]!;
          const off = Math.abs(code * scale - data[row * columns + column]!);
          expect(off).toBeLessThanOrEqual(0.5001 * scale);
        }
    }
  });
});

describe('encoders', () => {
  it.each(encoderReferences)('%s answers as the trainer does', async (name) => {
    const model = fixture(name);
    const { replay } = await exportModel({ model, kind: 'onnx', out: join(root, name) });
    expect(replay.relative).toBeLessThan(1e-5);
  });

  it('a folder without any head gives hidden states', async () => {
    const folder = join(root, 'bare');
    await cp(fixture('bert'), folder, { recursive: true });
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    config.architectures = ['BertModel'];
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const out = join(root, 'bare-onnx');
    await exportModel({ model: folder, kind: 'onnx', out });
    const session = await InferenceSession.create(join(out, 'onnx/model.onnx'));
    expect(session.outputNames).toEqual(['last_hidden_state']);
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
    await session.release();
  });
});
