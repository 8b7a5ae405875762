/** What a table of words holds at most: different words, and UTF-16 units of them together. */
export type TableLimits = { readonly words: number; readonly units: number };

/** Some 200 MiB. */
const usualLimits: TableLimits = { words: 1_000_000, units: 24_000_000 };

/** Longer words are no words of a language, and are left out. */
const longestWord = 1000;

/**
 * How often words stand in a text of any length, in memory that does not grow with it: when the table is full, the
 * rarest words are forgotten until half of it is free (after "lossy counting" of Manku and Motwani 2002). What is
 * kept depends on the order of the text, and on nothing else.
 * @example
 * const table = new WordTable();
 * table.add('word');
 */
export class WordTable {
  readonly counts = new Map<string, number>();
  readonly #limits: TableLimits;
  #units = 0;
  /** Words of the text, each time that they stand in it. */
  total = 0;
  /** Those of them that were forgotten, or are too long. */
  forgotten = 0;

  constructor(limits: TableLimits = usualLimits) {
    this.#limits = limits;
  }

  /** Counts a word `times` more. */
  add(word: string, times = 1): void {
    this.total += times;
    const before = this.counts.get(word);
    if (before !== undefined) {
      this.counts.set(word, before + times);
      return;
    }
    if (word.length > longestWord) {
      this.forgotten += times;
      return;
    }
    // A part of a text keeps all of the text in memory; a copy does not.
    this.counts.set(Buffer.from(word, 'utf16le').toString('utf16le'), times);
    this.#units += word.length;
    if (this.counts.size > this.#limits.words || this.#units > this.#limits.units) this.#forget();
  }

  #forget(): void {
    const { words, units } = this.#limits;
    for (let rare = 1; this.counts.size > words / 2 || this.#units > units / 2; rare++)
      for (const [word, count] of this.counts) {
        if (count > rare) continue;
        this.counts.delete(word);
        this.#units -= word.length;
        this.forgotten += count;
      }
  }
}
