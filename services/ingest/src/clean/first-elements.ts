import type { ShingleNumbers } from './shingle-numbers.ts';

/** The shingles of texts, of which some stand among the first ones of a text, by their ranks. */
export type FirstElements = {
  /** Marks of a shingle: none where no text has it; `isFirst` where it may stand among the first ones of one. Others may have the same marks. */
  marksOf(shingle: number): number;
  /** The rank of one that stands among the first ones; -1 of any other. */
  rankOf(shingle: number): number;
  /** Marks, 16 in a number; and shingles with ranks, beside each its own from 1, for who looks them up by himself. */
  readonly tables: { readonly marks: Uint32Array; readonly slots: Uint32Array };
};

const isOfText = 1;
/** The mark of a shingle that may stand among the first ones of a text. */
export const isFirst = 2;
const markBits = 2;
const marksOfNumber = 16;
/** Marks for each shingle: of those that no text has most find none. */
const leastMarks = 2;
const mostFull = 0.75;

/** The elements of those numbers; `ranks`: of each number its rank, or -1 where it is not among the first ones of any text. */
export function createFirstElements(numbers: ShingleNumbers, ranks: Int32Array): FirstElements {
  const firsts = ranks.reduce((count, rank) => count + (rank < 0 ? 0 : 1), 0);
  const marks = new Uint32Array(powerFrom(leastMarks * numbers.count()) / marksOfNumber);
  const slots = new Uint32Array(2 * powerFrom(Math.ceil((firsts + 1) / mostFull)));
  /** Where the rank of a shingle stands, or would: its own bits say it. */
  const placeOf = (shingle: number): number => {
    const last = slots.length - 1;
    let place = ((shingle << 1) & last) | 1;
    while (slots[place] !== 0 && slots[place - 1] !== shingle) place = (place + 2) & last;
    return place;
  };
  const numberOf = (shingle: number): number => (shingle >>> 4) & (marks.length - 1);
  const shiftOf = (shingle: number): number => markBits * (shingle & (marksOfNumber - 1));
  numbers.forEach((shingle, number) => {
    const rank = ranks[number] as number;
    const mark = rank < 0 ? isOfText : isOfText | isFirst;
    const at = numberOf(shingle);
    marks[at] = (marks[at] as number) | (mark << shiftOf(shingle));
    if (rank < 0) return;
    const place = placeOf(shingle);
    slots[place - 1] = shingle;
    slots[place] = rank + 1;
  });
  return {
    tables: { marks, slots },
    marksOf: (shingle) =>
      ((marks[numberOf(shingle)] as number) >>> shiftOf(shingle)) & (isOfText | isFirst),
    rankOf: (shingle) => (slots[placeOf(shingle)] as number) - 1,
  };
}

/** The least power of two that is so much, and some that fill a number. */
function powerFrom(least: number): number {
  let power = marksOfNumber;
  while (power < least) power *= 2;
  return power;
}
