import { labelsInOrder, tagsInOrder } from './label-order.ts';

/** What labels say of a text: one of several that holds, or all that hold. */
type Classes = 'single-label' | 'multi-label';

/** Labels of a task, with what they come to in numbers. */
export type Labels = {
  readonly names: readonly string[];
  /** What is to be answered about a text: the place of its label, or a 0 or 1 for each. */
  classTarget(found: readonly string[], problem: Classes): Float32Array;
  /** Tags by their places, of tokens that have the number of a word or a negative one; -1 where none is asked about. */
  tokenLabels(words: Int32Array, tags: readonly string[]): Int32Array;
};

/**
 * Labels in the order that a task gives them.
 * @example labelsOf(['ham', 'spam']).classTarget(['spam'], 'single-label'); // [1]
 */
export function labelsOf(names: readonly string[]): Labels {
  const places = new Map(names.map((name, at) => [name, at]));
  return {
    names,
    classTarget(found, problem) {
      const target = found.map((name) => places.get(name) as number);
      if (problem === 'single-label') return Float32Array.from(target);
      return Float32Array.from(names, (_, at) => (target.includes(at) ? 1 : 0));
    },
    tokenLabels(words, tags) {
      const numbers = tags.map((tag) => places.get(tag) ?? -1);
      return words.map((word) => numbers[word] ?? -1);
    },
  };
}

/**
 * Labels of texts or tags of words that rows have, in the order that a task has them which names none.
 * @example foundLabels('tags', ['B-LOC', 'O']).names; // O, B-LOC, I-LOC
 */
export function foundLabels(of: 'texts' | 'tags', found: readonly string[]): Labels {
  return labelsOf((of === 'texts' ? labelsInOrder : tagsInOrder)(found));
}

/**
 * Names of numbers that are to be predicted and that have none, as transformers calls them.
 * @example outputNames(2); // LABEL_0, LABEL_1
 */
export function outputNames(outputs: number): string[] {
  return Array.from({ length: outputs }, (_, at) => `LABEL_${at}`);
}
