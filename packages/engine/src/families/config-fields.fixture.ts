import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainerOutputs } from '../export/trainer-outputs.ts';
import { readSafetensors, readTensor, writeSafetensors } from '../formats/safetensors.ts';
import type { AnyModelFolder } from './model-folder.ts';

/** One change of a recorded model's folder, and what transformers makes of it. */
export type FieldCase = {
  readonly model: string;
  readonly change: Readonly<Record<string, unknown>>;
  /** What was done to the head in the weights' file, or how the weights are stored. */
  readonly head?:
    | 'copied'
    | 'reversed'
    | 'gone'
    | 'F16'
    | 'BF16'
    | 'bare'
    | 'gamma'
    | 'output'
    | 'sharded';
  /** Name of the vectors; absent where transformers does not load the folder. */
  readonly vectors?: string;
};

type Recorded = {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly generation: readonly string[];
  readonly tokens: readonly number[];
  readonly places: readonly number[];
  readonly cases: readonly FieldCase[];
};

const fixtures = join(import.meta.dirname, 'fixtures');
const models = join(import.meta.dirname, '..', 'parity', 'fixtures', 'models');

/** What bench/reference/config_fields.py recorded. */
export async function readFieldCases() {
  const recorded = JSON.parse(
    await readFile(join(fixtures, 'config-fields.json'), 'utf8'),
  ) as Recorded;
  const { tensors } = await readSafetensors(join(fixtures, 'config-fields.safetensors'));
  return { ...recorded, vectors: (name: string) => readTensor(tensors.get(name)!) };
}

export async function configOf({ model, change }: FieldCase): Promise<Record<string, unknown>> {
  const config = JSON.parse(await readFile(join(models, model, 'config.json'), 'utf8'));
  for (const [field, value] of Object.entries(change))
    if (value === '<gone>') delete config[field];
    else config[field] = value;
  return config;
}

export async function writeCase(folder: string, one: FieldCase): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(await configOf(one)));
  const source = join(models, one.model, 'model.safetensors');
  const target = join(folder, 'model.safetensors');
  if (one.head === undefined) await copyFile(source, target);
  else await writeStored(folder, await storedAs(await readAll(source), one));
}

type Stored = {
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly shape: readonly number[];
  readonly data: Float32Array;
};

async function readAll(file: string): Promise<Stored[]> {
  const all: Stored[] = [];
  for (const [name, { shape, ...entry }] of (await readSafetensors(file)).tensors)
    all.push({ name, dtype: 'F32', shape, data: await readTensor({ ...entry, shape }) });
  return all;
}

/** What stands before the weights below the head. */
const prefix = /^(transformer|bert|roberta|distilbert|model)\./;

async function storedAs(tensors: readonly Stored[], { head }: FieldCase): Promise<Stored[][]> {
  const renamed = (name: (old: string) => string): Stored[][] => [
    tensors.map((tensor) => ({ ...tensor, name: name(tensor.name) })),
  ];
  const words = tensors.find(({ name }) =>
    /(embed_tokens|wte|word_embeddings)\.weight$/.test(name),
  )!;
  const named = (name: string, data: Float32Array): Stored[][] => [
    [...tensors.filter((tensor) => tensor.name !== name), { ...words, name, data }],
  ];
  switch (head) {
    case 'F16':
    case 'BF16':
      return [tensors.map((tensor) => ({ ...tensor, dtype: head }))];
    case 'bare':
      return renamed((name) => name.replace(prefix, ''));
    case 'gamma':
      return renamed((name) =>
        name
          .replace('LayerNorm.weight', 'LayerNorm.gamma')
          .replace('LayerNorm.bias', 'LayerNorm.beta'),
      );
    case 'sharded': {
      const sorted = tensors.toSorted((one, two) => (one.name < two.name ? -1 : 1));
      return [0, 1].map((half) => sorted.filter((_, at) => at % 2 === half));
    }
    case 'output':
      return named('cls.predictions.decoder.weight', turned(words));
    case 'reversed':
      return named('lm_head.weight', turned(words));
    case 'copied':
      return named('lm_head.weight', words.data);
    default:
      return [tensors.filter(({ name }) => name !== 'lm_head.weight')];
  }
}

/** The rows of a matrix, last first. */
function turned({ data, shape }: Stored): Float32Array {
  const [rows, width] = shape as [number, number];
  return Float32Array.from(
    data,
    (_, at) => data[(rows - 1 - Math.floor(at / width)) * width + (at % width)]!,
  );
}

async function writeStored(folder: string, shards: readonly Stored[][]): Promise<void> {
  if (shards.length === 1) {
    await writeSafetensors(join(folder, 'model.safetensors'), shards[0]!);
    return;
  }
  const places: Record<string, string> = {};
  for (const [at, tensors] of shards.entries()) {
    const file = `model-0000${at + 1}-of-0000${shards.length}.safetensors`;
    await writeSafetensors(join(folder, file), tensors);
    for (const { name } of tensors) places[name] = file;
  }
  const index = { metadata: {}, weight_map: places };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
}

/** The engine's own logits, or last hidden states, at the recorded places. */
export async function answerOf(
  model: AnyModelFolder,
  { tokens, places }: Pick<Recorded, 'tokens' | 'places'>,
): Promise<Float32Array> {
  const ids = Int32Array.from(tokens);
  const outputs = await trainerOutputs(model, { rows: 1, tokens: ids.length, ids });
  const all = (outputs.logits ?? outputs.last_hidden_state) as Float32Array;
  const width = all.length / ids.length;
  return Float32Array.from(places.flatMap((at) => [...all.subarray(at * width, (at + 1) * width)]));
}
