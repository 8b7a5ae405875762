import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '@lathe/recipe/task';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import type { TaskRow } from '../objectives/task-row.ts';
import { encoderReferences, readEncoderReference } from './encoder-reference.ts';
import { readReference, type referenceModels } from './reference.ts';

/** A tiny model with rows of a task, as shards have them. */
export type TaskCase = {
  readonly name: string;
  readonly family: (typeof encoderReferences)[number] | (typeof referenceModels)[number];
  readonly task: Task;
  /** How many columns of what kind its rows have. */
  readonly columns: (row: TaskRow, at: number) => Partial<TaskRow>;
};

const labels = ['complaint', 'praise', 'question'];
const inPairs = (_: TaskRow, at: number) => ({ group: Int32Array.of(Math.floor(at / 2)) });
const typesOf = ({ tokens }: TaskRow) => ({ types: Uint8Array.from(tokens, (_, at) => +(at > 3)) });

/** Every task on an encoder, and those of decoders on one. */
export const taskCases: readonly TaskCase[] = [
  { name: 'generation', family: 'tied', task: { type: 'generation' }, columns: () => ({}) },
  { name: 'preference', family: 'tied', task: { type: 'preference' }, columns: () => ({}) },
  {
    name: 'reward',
    family: 'tied',
    task: { type: 'reward', centerCoefficient: 0.01 },
    columns: () => ({}),
  },
  {
    name: 'reward of an encoder, with margins',
    family: 'bert',
    task: { type: 'reward', centerCoefficient: 0 },
    columns: (row, at) => ({
      ...typesOf(row),
      ...inPairs(row, at),
      target: Float32Array.of(at / 8),
    }),
  },
  {
    name: 'reward of scored texts',
    family: 'modernbert',
    task: { type: 'reward', centerCoefficient: 0 },
    columns: (_, at) => ({ target: Float32Array.of(at / 4) }),
  },
  {
    name: 'classification',
    family: 'bert',
    task: { type: 'classification', problem: 'single-label', labels },
    columns: (row, at) => ({ ...typesOf(row), target: Float32Array.of(at % 3) }),
  },
  {
    name: 'classification of a decoder',
    family: 'tied',
    task: { type: 'classification', problem: 'single-label', labels },
    columns: (_, at) => ({ target: Float32Array.of(at % 3) }),
  },
  {
    name: 'several labels',
    family: 'roberta',
    task: { type: 'classification', problem: 'multi-label', labels },
    columns: (_, at) => ({ target: Float32Array.of(at % 2, 1, 0) }),
  },
  {
    name: 'regression',
    family: 'distilbert',
    task: { type: 'classification', problem: 'regression' },
    columns: (_, at) => ({ target: Float32Array.of(at / 4) }),
  },
  {
    name: 'token-classification',
    family: 'bert',
    task: { type: 'token-classification', labels },
    columns: ({ tokens }) => ({ labels: tokens.map((token, at) => (at === 0 ? -1 : token % 3)) }),
  },
  {
    name: 'token-classification of a decoder',
    family: 'tied',
    task: { type: 'token-classification', labels },
    columns: ({ tokens }) => ({ labels: tokens.map((token, at) => (at === 0 ? -1 : token % 3)) }),
  },
  {
    name: 'question-answering',
    family: 'bert',
    task: { type: 'question-answering' },
    columns: (row, at) => ({ ...typesOf(row), span: Int32Array.of(at % 3, at % 3) }),
  },
  {
    name: 'embedding',
    family: 'bert',
    task: { type: 'embedding', scale: 20, symmetric: false, pooling: 'mean' },
    columns: inPairs,
  },
  {
    name: 'embedding of scored pairs',
    family: 'tied',
    task: { type: 'embedding', scale: 20, symmetric: false, pooling: 'last' },
    columns: (row, at) => ({ ...inPairs(row, at), target: Float32Array.of(at / 16) }),
  },
  {
    name: 'masked-lm',
    family: 'bert',
    task: { type: 'masked-lm', maskedShare: 0.4 },
    columns: ({ tokens }) => ({ supervised: Uint8Array.from(tokens, (_, at) => +(at > 0)) }),
  },
];

/** Tasks whose objective reads tokens by the model's tokenizer: for the mask token, or for the words of answers. */
const readers: readonly Task['type'][] = ['masked-lm', 'question-answering'];

/** The rows of a case and its model; `folder` gets a copy of the model with a tokenizer where the task wants one. */
export async function openTaskCase(
  { family, columns, task }: TaskCase,
  folder: string,
): Promise<{ readonly model: AnyModelFolder; readonly rows: TaskRow[] }> {
  const encoder = encoderReferences.find((name) => name === family);
  const texts: readonly TaskRow[] = encoder
    ? (await readEncoderReference(encoder)).examples.map(({ tokens }) => ({
        tokens: Int32Array.from(tokens),
        supervised: new Uint8Array(tokens.length),
      }))
    : (await readReference(family as (typeof referenceModels)[number])).examples;
  const rows = texts
    .slice(0, texts.length - (texts.length % 2))
    .map((row, at) => ({ ...row, ...columns(row, at) }));
  const source = join(import.meta.dirname, 'fixtures/models', family);
  if (!readers.includes(task.type)) return { model: await openAnyModelFolder(source), rows };
  await cp(source, folder, { recursive: true });
  const tokenizer = trainByteLevelBpe([], { vocabularySize: 257, specialTokens: ['<mask>'] });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', mask_token: '<mask>' }),
  );
  return { model: await openAnyModelFolder(folder), rows };
}
