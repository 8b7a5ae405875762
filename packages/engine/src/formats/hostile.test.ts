import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnyModelFolder } from '../families/model-folder.ts';
import { makeModel, shard, tensorsOf } from '../families/small-llama.fixture.ts';
import { families } from '../parity/family-tasks.ts';
import { writeLora } from '../peft/lora.fixture.ts';
import { readPeftAdapter } from '../peft/peft.ts';
import { CheckpointError, UnsupportedModelError } from './error.ts';
import { readSafetensors, readTensor, readTensorBytes } from './safetensors.ts';
import { readTrainingState, writeTrainingState } from './training-state.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-hostile-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What the read gave, or undefined where it refused with one sentence that names `file`. */
async function readOrRefuse<T>(file: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const isOurs = error instanceof CheckpointError || error instanceof UnsupportedModelError;
    if (!isOurs) throw error;
    expect(error.message).toContain(file);
    expect(error.message).not.toContain('\n');
    return undefined;
  }
}

/** One way to damage a file. */
type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'replace'; readonly at: number; readonly bytes: Uint8Array };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc
    .constantFrom(
      '-1',
      '9999999999999',
      '[',
      ']',
      '{',
      '}',
      '"',
      ',',
      'null',
      'F64',
      '1e999',
      '0.5',
    )
    .map((text) => new TextEncoder().encode(text)),
);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes }),
  fc.record({ kind: fc.constant('replace' as const), at: place, bytes }),
);

function damaged(whole: Uint8Array, change: Damage, reach: number): Uint8Array {
  const at = Math.max(0, Math.floor(change.at * (reach - 1)));
  const copy = Uint8Array.from(whole);
  switch (change.kind) {
    case 'flip':
      if (at < copy.length) copy[at] = (copy[at] as number) ^ (1 << change.bit);
      return copy;
    case 'cut':
      return copy.subarray(0, Math.floor(change.at * whole.length));
    case 'insert':
      return Buffer.concat([copy.subarray(0, at), change.bytes, copy.subarray(at)]);
    case 'replace':
      copy.set(change.bytes.subarray(0, Math.max(0, whole.length - at)), at);
      return copy;
  }
}

describe('a damaged safetensors file', () => {
  it('is refused in one sentence, or its tensors lie inside it and do not overlap', async () => {
    const source = await readFile(join(await makeModel(root), 'model.safetensors'));
    const header = 8 + Number(source.readBigUInt64LE(0));
    const file = join(root, 'damaged.safetensors');
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (changes) => {
        // Mostly the header: a changed number in the data is another number.
        const whole = changes.reduce(
          (now: Uint8Array, change) => damaged(now, change, Math.min(header, now.length)),
          source,
        );
        await writeFile(file, whole);
        const read = await readOrRefuse(file, () => readSafetensors(file));
        if (read === undefined) {
          refused++;
          return;
        }
        let total = 0;
        for (const entry of read.tensors.values()) {
          expect(entry.offset + entry.byteLength).toBeLessThanOrEqual(whole.length);
          expect((await readTensorBytes(entry)).byteLength).toBe(entry.byteLength);
          await readOrRefuse(file, () => readTensor(entry));
          total += entry.byteLength;
        }
        expect(total).toBeLessThanOrEqual(whole.length - 8);
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused when it is missing, or no file', async () => {
    const missing = join(root, 'missing.safetensors');
    await expect(readSafetensors(missing)).rejects.toThrow(`${missing}: the file is missing`);
    await expect(readSafetensors(root)).rejects.toThrow(`${root}: it is not a file`);
  });
});

const strange = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  0.5,
  1e300,
  2 ** 31,
  2 ** 53,
  1_000_000_000,
  '',
  '32',
  '__proto__',
  [],
  [-1],
  ['x'],
  {},
  { factor: -1 },
  { rope_type: 'yarn' },
  { full_attention: 3 },
);

describe('a strange config.json', () => {
  it.each([null, 7, 'llama', [], ['model_type'], true])('is refused: %j', async (json) => {
    const folder = await mkdtemp(join(root, 'config-'));
    await writeFile(join(folder, 'config.json'), JSON.stringify(json));
    await expect(openAnyModelFolder(folder)).rejects.toThrow(
      'config.json: it is not a JSON object',
    );
  });

  it.each([
    'num_hidden_layers',
    'vocab_size',
    'hidden_size',
    'intermediate_size',
    'num_attention_heads',
    'max_position_embeddings',
  ])('is refused where %s is absurd', async (field) => {
    const folder = await makeModel(root);
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    for (const value of [2 ** 40, 1e300, 0, -4, 1.5, '8']) {
      await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, [field]: value }));
      await expect(openAnyModelFolder(folder, { weights: 'none' })).rejects.toThrow(field);
    }
  });

  it.each(families)(
    'of "%s" is read or refused in one sentence, whatever one field is',
    async (family) => {
      const fixture = join(import.meta.dirname, '../parity/fixtures/models', family, 'config.json');
      const config = JSON.parse(await readFile(fixture, 'utf8')) as Record<string, unknown>;
      const folder = await mkdtemp(join(root, 'field-'));
      const file = join(folder, 'config.json');
      await fc.assert(
        fc.asyncProperty(
          fc.dictionary(fc.constantFrom(...Object.keys(config)), strange, {
            minKeys: 1,
            maxKeys: 2,
          }),
          async (change) => {
            await writeFile(file, JSON.stringify({ ...config, ...change }));
            await readOrRefuse(file, () => openAnyModelFolder(folder, { weights: 'none' }));
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});

describe('a strange index of shards', () => {
  it.each([
    ['another folder', '../model.safetensors', 'lies outside the folder'],
    ['the folder above', '..', 'is not a safetensors file'],
    ['the folder itself', '.', 'is not a safetensors file'],
    ['no name', '', 'is not a safetensors file'],
    ['an absolute path', '/etc/passwd', 'lies outside the folder'],
    ['another kind of file', 'config.json', 'is not a safetensors file'],
    ['a missing file', 'model-00003-of-00002.safetensors', 'is missing'],
    ['a file without the tensor', 'model-00002-of-00002.safetensors', 'does not hold it'],
  ])('is refused: %s', async (_, target, message) => {
    const folder = await makeModel(root);
    await shard(folder);
    const file = join(folder, 'model.safetensors.index.json');
    const index = JSON.parse(await readFile(file, 'utf8'));
    index.weight_map['model.embed_tokens.weight'] = target;
    await writeFile(file, JSON.stringify(index));
    await expect(openAnyModelFolder(folder)).rejects.toThrow(message);
    await expect(openAnyModelFolder(folder)).rejects.toThrow(
      `${file}: tensor model.embed_tokens.weight`,
    );
  });

  it.each(['[]', '{}', '{"weight_map":[]}', '{"weight_map":{"a":1}}', '{"weight_map":{}}', 'nul'])(
    'is refused: %s',
    async (text) => {
      const folder = await makeModel(root);
      await shard(folder);
      await writeFile(join(folder, 'model.safetensors.index.json'), text);
      const opened = await readOrRefuse(folder, () => openAnyModelFolder(folder));
      expect(opened).toBeUndefined();
    },
  );
});

describe('weights of another kind', () => {
  it('are refused by file and tensor: integers, and numbers that are not finite', async () => {
    const folder = await makeModel(root);
    const file = join(folder, 'model.safetensors');
    const text = (await readFile(file)).toString('latin1');
    await writeFile(file, Buffer.from(text.replace('"F32"', '"I32"'), 'latin1'));
    await expect(openAnyModelFolder(folder)).rejects.toThrow(/safetensors: dtype of .* is I32/);
  });

  it('an adapter that holds NaN is refused by file and tensor', async () => {
    const folder = join(root, 'nan-adapter');
    const module = 'model.layers.0.self_attn.q_proj';
    const tensors = new Map([
      [`${module}.lora_A`, { shape: [1, 8], data: new Float32Array(8).fill(Number.NaN) }],
      [`${module}.lora_B`, { shape: [8, 1], data: new Float32Array(8) }],
    ]);
    const adapter = { baseModel: 'x', rank: 1, alpha: 1, dropout: 0, targets: ['q_proj'], tensors };
    await expect(writeLora(folder, adapter)).rejects.toThrow('value 0 is NaN');
    const finite = { shape: [1, 8], data: new Float32Array(8).fill(Math.PI) };
    await writeLora(folder, {
      ...adapter,
      tensors: new Map([...tensors, [`${module}.lora_A`, finite]]),
    });
    const file = join(folder, 'adapter_model.safetensors');
    const whole = await readFile(file);
    const at = whole.indexOf(Buffer.from(Float32Array.of(Math.PI).buffer));
    whole.writeFloatLE(Number.POSITIVE_INFINITY, at);
    await writeFile(file, whole);
    await expect(readPeftAdapter(folder)).rejects.toThrow(
      `${file}: tensor ${module}.lora_A: value 0 is Infinity`,
    );
  });
});

describe('a damaged training state', () => {
  it('is refused, whichever byte was changed', async () => {
    const whole = join(root, 'state');
    const tensors = new Map(
      tensorsOf({
        model_type: 'llama',
        vocab_size: 4,
        hidden_size: 4,
        intermediate_size: 4,
        num_hidden_layers: 1,
        num_attention_heads: 1,
        num_key_value_heads: 1,
      }).map(({ name, shape, data }) => [name, { shape, data }]),
    );
    await writeTrainingState(whole, { tensors, state: { step: 3, fingerprint: 'x' } });
    const folder = join(root, 'state-damaged');
    await mkdir(folder);
    const names = ['training-state.json', 'training-state.safetensors'] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), damage, async (name, change) => {
        for (const file of names) await copyFile(join(whole, file), join(folder, file));
        const source = await readFile(join(whole, name));
        const next = damaged(source, change, source.length);
        fc.pre(!source.equals(next));
        await writeFile(join(folder, name), next);
        const read = await readOrRefuse(folder, () => readTrainingState(folder));
        // Spaces between the parts of the manifest may change; nothing that it says may.
        if (read !== undefined) expect(read).toEqual(await readTrainingState(whole));
      }),
      { numRuns: 200 },
    );
  });
});
