import { createMergeTable, mergeWord } from './bpe.ts';
import { bytesOfEntry, characterOfByte, entryOfBytes } from './byte-alphabet.ts';
import { TokenizerError } from './error.ts';
import type { Specification } from './specification.ts';

/** Text repeats its words, so most of them are found here and merged only once. */
export const wordCacheSize = 50_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestCachedWord = 64;

export type WordEncoder = {
  /** Token ids of one word. The array is shared: do not change it. */
  encode(word: string): readonly number[];
  /** Appends the UTF-16 range of each token of `word`, which starts at `start` of the text. */
  appendOffsets(
    word: string,
    tokens: readonly number[],
    start: number,
    out: [number, number][],
  ): void;
};

/** Byte-level BPE of single words: UTF-8 bytes, then merges in order of rank. */
export function createWordEncoder(specification: Specification): WordEncoder {
  const { source, vocabulary, ignoreMerges } = specification;
  const table = createMergeTable(resolveMerges(specification));
  const tokenOfByte = Int32Array.from(characterOfByte, (entry) => vocabulary.get(entry) ?? -1);
  const unknown =
    specification.unknownToken === undefined
      ? undefined
      : vocabulary.get(specification.unknownToken);
  const byteLengths = new Map([...vocabulary].map(([entry, id]) => [id, entry.length]));
  const cache = new Map<string, readonly number[]>();

  const compute = (word: string): readonly number[] => {
    const bytes = Buffer.from(word, 'utf8');
    if (ignoreMerges) {
      const whole = vocabulary.get(entryOfBytes(bytes));
      if (whole !== undefined) return [whole];
    }
    const tokens: number[] = [];
    for (const byte of bytes) {
      const token = tokenOfByte[byte]!;
      if (token >= 0) tokens.push(token);
      else if (unknown !== undefined) tokens.push(unknown);
      else {
        const hex = byte.toString(16).padStart(2, '0');
        throw new TokenizerError(
          source,
          `the vocabulary lacks byte 0x${hex} of ${JSON.stringify(word)} and has no unk_token`,
        );
      }
    }
    return mergeWord(tokens, table);
  };

  return {
    encode: (word) => {
      const cached = cache.get(word);
      if (cached !== undefined) return cached;
      const tokens = compute(word);
      if (word.length <= longestCachedWord) {
        if (cache.size >= wordCacheSize) cache.clear();
        cache.set(word, tokens);
      }
      return tokens;
    },
    appendOffsets: (word, tokens, start, out) => {
      const ends = characterEnds(word);
      let byte = 0;
      for (const token of tokens) {
        const last = byte + (token === unknown ? 1 : byteLengths.get(token)!) - 1;
        out.push([start + ends.starts[byte]!, start + ends.ends[last]!]);
        byte = last + 1;
      }
    },
  };
}

/** For each UTF-8 byte of `word`, where its character starts and ends in UTF-16 units. */
function characterEnds(word: string): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of word) {
    const code = character.codePointAt(0)!;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < bytes; i++) {
      starts.push(at);
      ends.push(at + character.length);
    }
    at += character.length;
  }
  return { starts, ends };
}

function resolveMerges({ source, vocabulary, merges }: Specification): [number, number, number][] {
  return merges.map(([left, right]) => {
    const ids = [left, right, left + right].map((entry) => {
      const id = vocabulary.get(entry);
      if (id !== undefined && bytesOfEntry(entry) !== undefined) return id;
      throw new TokenizerError(
        source,
        `model.merges: "${left} ${right}" needs "${entry}", which is not in the vocabulary`,
      );
    });
    return ids as [number, number, number];
  });
}
