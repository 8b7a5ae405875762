import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnyModelFolder } from '../families/model-folder.ts';
import { writeLora } from '../peft/lora.fixture.ts';
import { readPeftAdapter } from '../peft/peft.ts';
import { CheckpointError, UnsupportedModelError } from './error.ts';
import { findDuplicateKey, nestingDepth } from './json-text.ts';
import { readSafetensors } from './safetensors.ts';
import { readTrainingState } from './training-state.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-json-'));
});
afterAll(() => rm(root, { recursive: true }));

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

describe('the text of a JSON file', () => {
  it('is as deep as its value, whatever its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(nestingDepth(text)).toBe(depthOf(value));
        expect(findDuplicateKey(text)).toBeUndefined();
      }),
    );
  });

  it('is found to repeat a key, whatever the key holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (key, value) => {
        const member = `${JSON.stringify(key)} : ${JSON.stringify(value)}`;
        expect(findDuplicateKey(`[{${member}, "\\u0061b${key.length}":1,\n${member}}]`)).toBe(key);
      }),
    );
  });

  it('may hold strings of many megabytes', () => {
    const long = `{"${'\\n'.repeat(4_000_000)}":"${'x'.repeat(8_000_000)}"}`;
    expect(findDuplicateKey(long)).toBeUndefined();
    expect(nestingDepth(long)).toBe(1);
  });
});

describe('a file that nests too deep for a recursive reader', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

  it('is refused as a header of safetensors', async () => {
    const file = join(root, 'deep.safetensors');
    const json = Buffer.from(`{"a":{"dtype":"F32","shape":${deep},"data_offsets":[0,0]}}`);
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(json.length));
    await writeFile(file, Buffer.concat([prefix, json]));
    await expect(readSafetensors(file)).rejects.toThrow(
      `${file}: its header nests deeper than 100`,
    );
  });

  it('is refused as a configuration and as a manifest', async () => {
    await writeFile(join(root, 'config.json'), `{"model_type":${deep}}`);
    await expect(openAnyModelFolder(root)).rejects.toThrow('config.json: it nests deeper than 100');
    await writeFile(join(root, 'training-state.json'), `{"state":${deep}}`);
    await expect(readTrainingState(root)).rejects.toThrow('state.json: it nests deeper than 100');
  });
});

describe('a strange adapter_config.json', () => {
  it('is read or refused in one sentence, whatever one field is', async () => {
    const folder = join(root, 'adapter');
    const module = 'model.layers.0.self_attn.q_proj';
    const tensors = new Map([
      [`${module}.lora_A`, { shape: [1, 8], data: new Float32Array(8) }],
      [`${module}.lora_B`, { shape: [8, 1], data: new Float32Array(8) }],
    ]);
    const adapter = { baseModel: 'x', rank: 1, alpha: 1, dropout: 0, targets: ['q_proj'] };
    await writeLora(folder, { ...adapter, tensors });
    const file = join(folder, 'adapter_config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const change = fc.dictionary(
      fc.constantFrom(...Object.keys(config), 'modules_to_save', 'exclude_modules'),
      fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0, 2, 1e300, [''], ['q_proj', 'q_proj'], null)),
      { minKeys: 1, maxKeys: 2 },
    );
    await fc.assert(
      fc.asyncProperty(change, async (fields) => {
        await writeFile(file, JSON.stringify({ ...config, ...fields }));
        try {
          expect(Number.isFinite((await readPeftAdapter(folder)).scale)).toBe(true);
        } catch (error) {
          if (!(error instanceof CheckpointError) && !(error instanceof UnsupportedModelError))
            throw error;
          expect(error.message).toContain(folder);
          expect(error.message).not.toContain('\n');
        }
      }),
      { numRuns: 150 },
    );
  });
});
