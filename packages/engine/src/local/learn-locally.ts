import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { newTokenizerSchema, unfitTokenizer } from '@lathe/recipe/new-tokenizer';
import { createWordCutter, learnTokenizer } from '@lathe/tokenizer/learn-tokenizer';
import { writeLearntTokenizer } from '@lathe/tokenizer/learnt-folder';
import { listTextFiles } from '@lathe/tokenizer/text-files';
import { planTokenizer } from '@lathe/tokenizer/tokenizer-plan';
import { WordTable } from '@lathe/tokenizer/word-table';
import type { z } from 'zod';
import { openAnyModelFolder } from '../families/model-folder.ts';
import { requireJsonLines } from './file-form.ts';

type Places = {
  readonly model: string;
  readonly data: string;
  /** The folder of the shape and its new tokenizer; emptied first. */
  readonly into: string;
  print(line: string): void;
};

/**
 * Learns a tokenizer from all texts of a JSONL file, and returns a model folder of it: the base's config and template
 * with the new tokenizer, and no weights. Throws RangeError where the file does not give such a vocabulary, or the
 * model takes none of the kind.
 */
export async function learnLocally(
  { model, data, into, print }: Places,
  given: z.input<typeof newTokenizerSchema>,
): Promise<string> {
  const { kind, vocabularySize, specialTokens } = newTokenizerSchema.parse(given);
  const { config } = await openAnyModelFolder(model, { weights: 'none' });
  const unfit = unfitTokenizer(kind, config.kind);
  if (unfit !== undefined) throw new RangeError(`${model} writes, and ${unfit}`);
  await requireJsonLines(data);
  await rm(into, { recursive: true, force: true });
  for (const path of await listTextFiles(model)) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await copyFile(join(model, path), join(into, path));
  }
  const plan = await planTokenizer(into, { kind, specialTokens });
  const cut = createWordCutter(plan);
  const table = new WordTable();
  const lines = createInterface({ input: createReadStream(data, 'utf8'), crlfDelay: Infinity });
  for await (const line of lines)
    for (const text of textsOf(line)) for (const word of cut(text)) table.add(word);
  await writeLearntTokenizer(into, plan, learnTokenizer(plan, table.counts, vocabularySize));
  print(
    `a tokenizer of ${vocabularySize} tokens, learnt from ${table.total} words, ${table.counts.size} different ones`,
  );
  return into;
}

/** Every text of a record but the names of roles; a line that is no JSON is told of when the rows are read. */
function textsOf(line: string): string[] {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  const texts: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      if (name !== 'role' && name !== 'id') texts.push(value);
    } else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) visit(each, key);
  };
  visit(record, '');
  return texts;
}
