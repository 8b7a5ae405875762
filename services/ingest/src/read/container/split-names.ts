/** The parts that data sets are split into, as folders and files of Hugging Face are named. */
export type SplitName = 'train' | 'validation' | 'test';

/**
 * Which rows are wanted of a file that holds several splits: those to train on, those to validate with beside them, or what an
 * upload holds that is for validation as a whole.
 */
export type Wanted = 'train' | 'validation' | 'held-out';

const names: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev', 'validate'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** The split that a word of a path names. */
function splitOfWord(word: string): SplitName | undefined {
  for (const split of ['train', 'validation', 'test'] as const)
    if (names[split].includes(word)) return split;
  return undefined;
}

/** Whether a name is that of a split alone. */
export function isSplitName(name: string): boolean {
  return splitOfWord(name.toLowerCase()) !== undefined;
}

/**
 * The split that a file or a member of an object belongs to by its name: the last word of its path that names one, between
 * `/`, `-`, `_`, `.` or blanks, as in `data/train-00000-of-00003.parquet`, `dev.jsonl` or `my_test_file/rows.csv`.
 */
export function splitOf(path: string): SplitName | undefined {
  return path
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map(splitOfWord)
    .findLast((split) => split !== undefined);
}

/** Whether rows of a split are wanted; those of none are to train on. */
export function isWanted(split: SplitName | undefined, wanted: Wanted): boolean {
  if (wanted === 'held-out') return split !== 'train';
  return (split ?? 'train') === wanted;
}
