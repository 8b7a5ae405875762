import { splitOf } from './split-names.ts';

/** Files of more labels than these are parts of a text, such as its chapters. */
const mostLabels = 100;

/**
 * The label of each file by what tells its name from those of the others: `rt-polarity.neg` and `rt-polarity.pos` are `neg` and
 * `pos`, as are all files in the folders `neg` and `pos`. Words that name a split, and numbers, are none. Empty where the
 * names tell no two labels.
 */
export function labelsOfNames(names: readonly string[]): ReadonlyMap<string, string> {
  const words = new Map(names.map((name) => [name, wordsOf(name)]));
  const lists = [...words.values()];
  const common = new Set(lists[0]?.filter((word) => lists.every((list) => list.includes(word))));
  const labels = new Map(
    [...words].map(([name, list]) => [name, list.filter((word) => !common.has(word)).join(' ')]),
  );
  const distinct = new Set(labels.values());
  const areLabels = distinct.size > 1 && distinct.size <= mostLabels && !distinct.has('');
  return areLabels ? labels : new Map();
}

function wordsOf(name: string): string[] {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => /\p{L}/u.test(word) && splitOf(word) === undefined);
}
