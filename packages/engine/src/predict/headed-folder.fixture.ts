import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { type ModelTask, withTask } from '../families/model-task.ts';
import { readJson } from '../formats/json-file.ts';
import { readSafetensors, readTensor, writeSafetensors } from '../formats/safetensors.ts';
import type { EncodedText } from '../objectives/encoder-example.ts';

/** What transformers answers (bench/reference/predictions.py). */
type Recorded = {
  readonly texts: readonly { tokens: number[]; types: number[]; places: number[] }[];
  readonly families: Readonly<Record<string, Readonly<Record<string, number[][]>>>>;
};

const fixtures = join(import.meta.dirname, 'fixtures');
const models = join(import.meta.dirname, '../parity/fixtures/models');
export const recorded = JSON.parse(
  await readFile(join(fixtures, 'predictions.json'), 'utf8'),
) as Recorded;
/** Tensors of the heads, `<family>.<task>.<name>`. */
export const heads = (await readSafetensors(join(fixtures, 'heads.safetensors'))).tensors;

export const recordedTasks: Readonly<Record<string, ModelTask>> = {
  'sequence-classification': {
    kind: 'sequence-classification',
    labels: 3,
    problem: 'single-label',
  },
  'token-classification': {
    kind: 'token-classification',
    labels: 3,
    labelNames: ['O', 'B-x', 'I-x'],
  },
  'question-answering': { kind: 'question-answering' },
  'masked-lm': { kind: 'masked-lm' },
};

/** A folder inside `root` as transformers would save the model of a family with a head of these weights. */
export async function headedFolder(
  root: string,
  family: string,
  task: ModelTask,
): Promise<AnyModelFolder> {
  const base = await openAnyModelFolder(join(models, family));
  const folder = await mkdtemp(join(root, 'headed-'));
  const json = (await readJson(join(base.path, 'config.json'))) as Record<string, unknown>;
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(withTask(file, json, { config: base.config, task })));
  const prefix = `${family}.${task.kind}.`;
  const own = [...heads].filter(([name]) => name.startsWith(prefix));
  const taken = new Map(own.map(([name, entry]) => [name.slice(prefix.length), entry]));
  const kept = [...base.tensors].filter(([name]) => !taken.has(name) && name !== 'lm_head.weight');
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    await Promise.all(
      [...kept, ...taken].map(async ([name, entry]) => ({
        name,
        dtype: 'F32' as const,
        shape: entry.shape,
        data: await readTensor(entry),
      })),
    ),
  );
  return openAnyModelFolder(folder);
}

/** The recorded texts as the model reads them. */
export function textsFor({ config }: AnyModelFolder): EncodedText[] {
  const hasTypes = config.kind === 'encoder' && config.tokenTypes > 1;
  return recorded.texts.map(({ tokens, types }) => ({
    tokens: Int32Array.from(tokens),
    types: hasTypes ? Int32Array.from(types) : undefined,
  }));
}
