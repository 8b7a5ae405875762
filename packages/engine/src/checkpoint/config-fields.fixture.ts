import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainerOutputs } from '../export/trainer-outputs.ts';
import type { AnyModelFolder } from './model-folder.ts';
import { readSafetensors, readTensor, writeSafetensors } from './safetensors.ts';

/** One change of a recorded model's folder, and what transformers makes of it. */
export type FieldCase = {
  readonly model: string;
  readonly change: Readonly<Record<string, unknown>>;
  /** What was done to the head in the weights' file. */
  readonly head?: 'copied' | 'reversed' | 'gone';
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
const models = join(import.meta.dirname, '..', 'models', 'fixtures');

/** What bench/reference/config_fields.py recorded. */
export async function readFieldCases() {
  const recorded = JSON.parse(
    await readFile(join(fixtures, 'config-fields.json'), 'utf8'),
  ) as Recorded;
  const { tensors } = await readSafetensors(join(fixtures, 'config-fields.safetensors'));
  return { ...recorded, vectors: (name: string) => readTensor(tensors.get(name)!) };
}

/** config.json of a case. */
export async function configOf({ model, change }: FieldCase): Promise<Record<string, unknown>> {
  const config = JSON.parse(await readFile(join(models, model, 'config.json'), 'utf8'));
  for (const [field, value] of Object.entries(change))
    if (value === '<gone>') delete config[field];
    else config[field] = value;
  return config;
}

/** Writes the whole folder of a case. */
export async function writeCase(folder: string, one: FieldCase): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(await configOf(one)));
  const source = join(models, one.model, 'model.safetensors');
  const target = join(folder, 'model.safetensors');
  if (one.head === undefined) await copyFile(source, target);
  else await writeWithHead(source, target, one.head);
}

async function writeWithHead(
  source: string,
  target: string,
  head: NonNullable<FieldCase['head']>,
): Promise<void> {
  const { tensors } = await readSafetensors(source);
  const all = [];
  for (const [name, entry] of tensors)
    if (name !== 'lm_head.weight')
      all.push({ name, dtype: 'F32' as const, shape: entry.shape, data: await readTensor(entry) });
  const words = all.find(({ name }) => /(embed_tokens|wte)\.weight$/.test(name))!;
  const [rows, width] = words.shape as [number, number];
  const data = words.data.slice();
  if (head === 'reversed')
    for (let row = 0; row < rows; row++)
      data.set(words.data.subarray(row * width, (row + 1) * width), (rows - 1 - row) * width);
  if (head !== 'gone') all.push({ ...words, name: 'lm_head.weight', data });
  await writeSafetensors(target, all);
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
