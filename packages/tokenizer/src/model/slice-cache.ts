/** Words that are kept, with units and tokens of them all: then the cache starts again. */
const mostWords = 50_000;
const mostUnits = 16 * mostWords;
const mostTokens = 400_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestWord = 64;

/**
 * Appends the tokens of words that are stretches of a text, and remembers them in tables of numbers: a word that was seen
 * before costs no string and no object. `compute` gives the tokens of a word that is new.
 */
export function createSliceCache(compute: (word: string) => readonly number[]) {
  let table: WordTable | undefined;
  return (text: string, from: number, to: number, out: number[]): void => {
    const isShort = to - from <= longestWord;
    // Most tokenizers are opened and never asked.
    if (isShort) table ??= new WordTable();
    if (isShort && table?.appendKnown(text, { from, to, out })) return;
    const word = text.slice(from, to);
    const tokens = compute(word);
    if (isShort) table?.keep(word, tokens);
    for (const token of tokens) out.push(token);
  };
}

/** Words with their tokens, by open addressing. */
class WordTable {
  readonly #slots = new Int32Array(2 ** 17).fill(-1);
  readonly #hashes = new Int32Array(mostWords);
  /** Where the units and the tokens of each word begin; those of the next one begin where they end. */
  readonly #unitStarts = new Int32Array(mostWords + 1);
  readonly #tokenStarts = new Int32Array(mostWords + 1);
  readonly #units = new Uint16Array(mostUnits);
  readonly #tokens = new Int32Array(mostTokens);
  #words = 0;

  /** Appends the tokens of a word that is there; false where it is not. */
  appendKnown(
    text: string,
    { from, to, out }: { readonly from: number; readonly to: number; readonly out: number[] },
  ): boolean {
    const hash = hashOf(text, from, to);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let word = this.#slots[slot]!; word >= 0; word = this.#slots[slot]!) {
      if (this.#hashes[word] === hash && this.#is(word, text, { from, to })) {
        const end = this.#tokenStarts[word + 1]!;
        for (let at = this.#tokenStarts[word]!; at < end; at++) out.push(this.#tokens[at]!);
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /** Keeps the tokens of a word that is not there; a full table starts again. */
  keep(word: string, tokens: readonly number[]): void {
    const start = this.#unitStarts[this.#words]!;
    const first = this.#tokenStarts[this.#words]!;
    if (
      this.#words === mostWords ||
      start + word.length > mostUnits ||
      first + tokens.length > mostTokens
    ) {
      this.#slots.fill(-1);
      this.#words = 0;
      this.keep(word, tokens);
      return;
    }
    const hash = hashOf(word, 0, word.length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = this.#words;
    this.#hashes[this.#words] = hash;
    for (let at = 0; at < word.length; at++) this.#units[start + at] = word.charCodeAt(at);
    this.#tokens.set(tokens, first);
    this.#words++;
    this.#unitStarts[this.#words] = start + word.length;
    this.#tokenStarts[this.#words] = first + tokens.length;
  }

  #is(
    word: number,
    text: string,
    { from, to }: { readonly from: number; readonly to: number },
  ): boolean {
    const start = this.#unitStarts[word]!;
    if (this.#unitStarts[word + 1]! - start !== to - from) return false;
    for (let at = from; at < to; at++)
      if (this.#units[start + at - from] !== text.charCodeAt(at)) return false;
    return true;
  }
}

function hashOf(text: string, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
