import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../formats/safetensors.ts';
import { decoderTensors } from './decoder-tensors.ts';
import { parseDecoderConfig } from './parse-decoder-config.ts';

/** config.json of a Llama with grouped-query attention and a tied head. */
export const small = {
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

/** Deterministic weights around zero. */
export const value = (i: number) => Math.fround(Math.sin(i * 12.9898) * 0.5);

export type Dtype = 'F32' | 'F16' | 'BF16';
/** Every weight of `config`. */
export function tensorsOf(config: object, dtype: Dtype = 'F32') {
  let seed = 0;
  return [...decoderTensors(parseDecoderConfig('config.json', config))].map(([name, { shape }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { name, dtype, shape, data: Float32Array.from({ length: size }, () => value(seed++)) };
  });
}

/** A model folder under `root`, with the files that a merge carries over and one that it does not. */
export async function makeModel(
  root: string,
  config: object = small,
  dtype: Dtype = 'F32',
): Promise<string> {
  const folder = await mkdtemp(join(root, 'base-'));
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config)} \n`);
  await writeFile(join(folder, 'chat_template.jinja'), 'odd\r\nbytes\n\n');
  await writeFile(join(folder, 'LICENSE'), 'free');
  await writeFile(join(folder, 'README.md'), 'the card of the base');
  await writeSafetensors(join(folder, 'model.safetensors'), tensorsOf(config, dtype));
  return folder;
}

/** Splits the weights of a folder from `makeModel` into two shards. */
export async function shard(folder: string): Promise<void> {
  const tensors = tensorsOf(small);
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  await rm(join(folder, 'model.safetensors'));
  await writeSafetensors(join(folder, names[0]), tensors.slice(0, 5));
  await writeSafetensors(join(folder, names[1]), tensors.slice(5));
  const weightMap = Object.fromEntries(tensors.map(({ name }, i) => [name, names[i < 5 ? 0 : 1]]));
  const index = { metadata: { total_size: 0 }, weight_map: weightMap };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
}
