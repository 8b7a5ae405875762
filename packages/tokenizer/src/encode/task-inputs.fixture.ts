import { readFileSync } from 'node:fs';
import { createTokenizer, type Tokenizer } from '../tokenizer.ts';

/** What transformers' fast tokenizers made of words, long texts and answers (bench/reference/task_inputs.py). */
type Recorded = {
  words: [ids: number[], words: number[]][] | null;
  windows: number[][][];
  answers: [ids: number[], start: number, end: number][][];
};

function read<T>(name: string): T {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

const { families, ...asked } = read<{
  words: string[][];
  texts: string[];
  context: string;
  answers: (string | null)[];
  families: Record<string, Recorded>;
}>('task-inputs');

/** What every family was asked. */
export const inputs = asked;

/** Each family's tokenizer, and what the reference made of the inputs. */
export const recordedFamilies = Object.entries(families).map(
  ([family, recorded]): [family: string, recorded: Recorded, open: () => Tokenizer] => [
    family,
    recorded,
    () => createTokenizer(read(family), `${family}.json`),
  ],
);
