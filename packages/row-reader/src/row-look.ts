import { type Finder, requireEnds, type StoredRows } from './stored-rows.ts';

/** Texts that are kept, as services/ingest/src/clean/held-out-texts.ts has them; see `struct kept_texts` of c/near-texts.h. */
export type KeptTexts = {
  readonly marks: Uint32Array;
  readonly slots: Uint32Array;
  /** Of each rank where its entries begin, and all entries: the texts that have it among their first ones, the newest first. */
  readonly starts: Int32Array;
  readonly entries: Int32Array;
  /** The shingles of all texts, and where those of each end. */
  readonly shingles: Uint32Array;
  readonly ends: Int32Array;
  /** The look for which each was compared last, which is written. The look of row i is `look + i`. */
  readonly compared: Int32Array;
  readonly look: number;
};

/** Phrases that are kept, as services/ingest/src/clean/phrases.ts has them: a bit of each, and whether there are such of either length. */
type KeptPhrases = {
  readonly lowHalves: Uint32Array;
  readonly areLong: boolean;
  readonly areShort: boolean;
};

/** What is seen of the rows from one on up to before `next`. */
type RowsSeen = {
  readonly next: number;
  /** The text that each row nearly says, -1 for none; `otherForm` of a row of another form. */
  readonly near: Int32Array;
  /** Both halves of the numbers of phrases, the upper one first, from one's end to that of the row before, which is 0 for the first. */
  readonly phrases: Uint32Array;
  readonly phraseEnds: Int32Array;
};

/**
 * What is said of a row of another form.
 * @example
 * const isRead = (near: number) => near !== otherForm;
 */
export const otherForm = -2;

/** What rows are looked at for, from which one on, and how many numbers and bytes may be looked at before it comes back. */
type Look = {
  readonly phrases: KeptPhrases;
  readonly texts: KeptTexts;
  readonly from: number;
  readonly most: number;
};

/** Looks at rows. Throws where there is no memory. */
export type RowLook = (rows: StoredRows, look: Look) => RowsSeen;

/** What `lathe_rows_look` comes back with, beside 0 at the end. */
const [atCharacter, pauses] = [1, 2];

/** Characters that are asked for before it comes back. */
const mostAsked = 256;

/** Numbers of phrases that a row has at most for each of its bytes; that there is room for however short rows are; and the longest row, in bytes. */
const [mostOfByte, leastRoom, longestRow] = [4, 16 * 1024, 512 * 1024];

/** Looks with that finder. */
export function createRowLook({ native, pointer, tellCharacter }: Finder): RowLook {
  const call = native.func('lathe_rows_look', 'int32_t', [
    ...['void *', 'void *', 'int64_t', 'void *', 'void *', 'int32_t'],
    ...['void *', 'int32_t', 'int32_t'],
    ...['void *', 'uint32_t', 'void *', 'uint32_t', 'void *', 'void *', 'void *', 'void *'],
    ...['void *', 'int32_t', 'int64_t', 'int32_t', 'void *', 'void *', 'void *', 'int32_t'],
    'void *',
  ]);
  let found = new Uint32Array(leastRoom);
  return (rows, { phrases, texts, from, most }) => {
    requireEnds(rows);
    const { bytes, starts, ends } = rows;
    const count = starts.length;
    for (let row = from; row < count; row++) {
      const length = Math.min((ends[row] as number) - (starts[row] as number), longestRow);
      if (mostOfByte * length > found.length) found = new Uint32Array(mostOfByte * length);
    }
    const { marks, slots, look } = texts;
    const [near, phraseEnds] = [new Int32Array(count), new Int32Array(count)];
    const next = Int32Array.of(from);
    const read = () =>
      call(
        ...[pointer, bytes, bytes.length, starts, ends, count],
        ...[phrases.lowHalves, Number(phrases.areLong), Number(phrases.areShort)],
        ...[marks, marks.length, slots, slots.length, texts.starts, texts.entries],
        ...[texts.shingles, texts.ends, texts.compared, look, most],
        ...[from, near, found, phraseEnds, found.length, next],
      );
    let told = read();
    for (let asked = 0; told === atCharacter && asked < mostAsked; asked++) {
      tellCharacter();
      told = read();
    }
    if (told !== 0 && told !== pauses && told !== atCharacter)
      throw new Error('there is no memory to look at rows with');
    return { next: next[0] as number, near, phrases: found, phraseEnds };
  };
}
