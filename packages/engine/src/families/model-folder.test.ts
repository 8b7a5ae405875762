import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { openModelFolder } from './model-folder.ts';
import { parseDecoderConfig } from './parse-decoder-config.ts';
import { makeModel, shard, small, tensorsOf } from './small-llama.fixture.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-model-'));
});
afterAll(() => rm(root, { recursive: true }));

test('both dialects of config.json give the same settings, with class defaults', () => {
  const scaling = {
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const four = parseDecoderConfig('c', {
    ...small,
    rope_theta: 5e5,
    rope_scaling: { type: 'llama3', ...scaling },
  });
  const five = parseDecoderConfig('c', {
    ...small,
    rope_parameters: { rope_type: 'llama3', rope_theta: 5e5, ...scaling },
  });
  expect(five).toEqual(four);
  expect(four).toMatchObject({
    headSize: 2,
    normEpsilon: 1e-6,
    rope: {
      full: {
        ropeTheta: 500_000,
        ropeScaling: { type: 'llama3', factor: 32, originalMaxPositions: 8192 },
      },
    },
    bosToken: 1,
    eosTokens: [3],
    padToken: null,
    maxPositions: 2048,
    initializerRange: 0.02,
  });
  expect(parseDecoderConfig('c', { model_type: 'llama' })).toMatchObject({
    keyValueHeads: 32,
    tieEmbeddings: false,
    eosTokens: [2],
    rope: { full: { rotarySize: 128, ropeTheta: 10_000, ropeScaling: null } },
  });
  expect(
    parseDecoderConfig('c', { ...small, bos_token_id: null, eos_token_id: null }),
  ).toMatchObject({ bosToken: null, eosTokens: [] });
});

test.each<[object, RegExp]>([
  [{ model_type: 'mamba' }, /c: model_type is "mamba"/],
  [{ hidden_act: 'gelu' }, /hidden_act is "gelu"/],
  [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, /rope_scaling.rope_type is "yarn"/],
  [{ rope_scaling: { type: 'linear' } }, /rope_scaling.factor is missing/],
  [{ num_key_value_heads: 3 }, /num_key_value_heads 3 does not divide/],
  [{ hidden_size: 9 }, /num_attention_heads 4 does not divide hidden_size 9/],
  [{ hidden_size: '8' }, /hidden_size/],
  [{ quantization_config: { bits: 4 } }, /quantization_config is set/],
  [{ attention_dropout: 0.1 }, /attention_dropout is not 0/],
])('refuses a config it cannot honour: %j', (change, message) => {
  expect(() => parseDecoderConfig('c', { ...small, ...change })).toThrow(message);
});

test('opens single and sharded folders with the same weights', async () => {
  const single = await openModelFolder(await makeModel(root));
  const folder = await makeModel(root);
  await shard(folder);
  const sharded = await openModelFolder(folder);
  expect([...sharded.tensors.keys()].sort()).toEqual([...single.tensors.keys()].sort());
  for (const [name, entry] of sharded.tensors) {
    expect(await readTensor(entry)).toEqual(await readTensor(single.tensors.get(name)!));
  }
});

test('generation_config.json adds its end tokens', async () => {
  const folder = await makeModel(root);
  await writeFile(join(folder, 'generation_config.json'), '{"eos_token_id":[3,7]}');
  expect((await openModelFolder(folder)).config.eosTokens).toEqual([3, 7]);
});

test('names the tensor that is missing, misshapen, surplus or misplaced', async () => {
  const folder = await makeModel(root);
  const file = join(folder, 'model.safetensors');
  const tensors = tensorsOf(small);
  await writeSafetensors(file, tensors.slice(1));
  await expect(openModelFolder(folder)).rejects.toThrow(
    'tensor model.embed_tokens.weight: the model needs it',
  );
  await writeSafetensors(file, [...tensors, { ...tensors[0]!, name: 'extra' }]);
  await expect(openModelFolder(folder)).rejects.toThrow(
    'tensor extra is not part of a llama model',
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
