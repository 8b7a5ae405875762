import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import { trainingOptions } from '@lathe/contracts/http/training';
import type { FileRecord } from '@lathe/contracts/record/file';
import { itemFieldsOf } from '@lathe/graders/item-fields';
import { listTextFiles } from '@lathe/tokenizer/text-files';
import { roomForRows } from '../model/virtual-tokens.ts';
import type { PipelineInput } from '../prepare/ports.ts';
import { roomForPrompts } from '../prepare/prompt-room.ts';
import type { IngestSettings } from '../settings.ts';

/** To be raised when the same rows become other tokens, are split in another way, or are told of otherwise than before. */
const version = 8;

/** Options that have no part in what becomes of the rows; of the others each is taken to have one. */
const others = [
  'learning_rate',
  'few_shot_examples',
  'contestants',
  'evaluation_rows',
  'retrieval_examples',
  'retrieval',
  'forgetting_questions',
  'forgetting_evals',
  'checkpoint_every',
  'sampled_prompts',
  'device',
  'reinforcement',
  // What matters of an adaptation stands in the hash by itself.
  'adaptation',
] as const satisfies readonly (keyof LatheOptions)[];
const training = Object.keys(trainingOptions).filter((name) => name !== 'early_stopping');
const withoutEffect: readonly string[] = [...others, ...training];

/**
 * Names the data set that a job's files become: two jobs of a project with the same have the same data set. It stands for
 * the bytes and names of the files, the model's text files and limits, the method, the seed, and every option and
 * limit that is not known to be of no effect.
 */
export async function datasetHash(
  { job, trainingFile, moreFiles, validationFile, model }: Omit<PipelineInput, 'attempt'>,
  settings: IngestSettings,
): Promise<string> {
  const options = Object.entries(job.options).filter(([name]) => !withoutEffect.includes(name));
  const { more_files: _, ...data } = job.options.data ?? {};
  const { adaptation } = job.options;
  const parts = {
    version,
    files: [trainingFile, validationFile].map(sameFile),
    text: await textOf(model.folder),
    model: { ...model, folder: undefined },
    room: roomForRows(job, model),
    isHeadOnly: adaptation?.type === 'head',
    ...(adaptation?.type === 'full' && adaptation.tokenizer && { tokenizer: adaptation.tokenizer }),
    method: job.method ?? 'supervised',
    ...(job.method === 'reinforcement' && {
      prompts: roomForPrompts(job.options, { name: model.name, room: roomForRows(job, model) }),
    }),
    seed: job.seed,
    ...(job.grader && { itemFields: itemFieldsOf(job.grader).toSorted() }),
    options: { ...Object.fromEntries(options), ...(job.options.data && { data }) },
    ...(moreFiles.length > 0 && { more: moreFiles.map(sameFile) }),
    settings,
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(parts)))
    .digest('hex');
}

/** Names say how files are packed, and which split they are of. */
function sameFile(file: FileRecord | null): object | null {
  return file && { sha256: file.sha256, filename: file.filename };
}

/** The digest of each file that says how texts become tokens. */
async function textOf(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const path of await listTextFiles(folder))
    digests[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  return digests;
}

/** The same value with the keys of all objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
