import { TokenizerError } from '../error.ts';
import { createMergeTable, mergeWord } from './bpe.ts';
import { type BpeSpecification, reachOf, resolveMerges } from './bpe-specification.ts';
import { bytesOfEntry, characterOfByte, entryOfBytes } from './byte-alphabet.ts';
import { createSliceCache } from './slice-cache.ts';
import { cacheWords, type WordEncoder } from './word-encoder.ts';

/** Byte-level BPE of single words: UTF-8 bytes, then merges in order of rank. */
export function createByteLevelBpe(specification: BpeSpecification): WordEncoder {
  const { source, vocabulary, ignoreMerges } = specification;
  const isEntry = (entry: string): boolean => bytesOfEntry(entry) !== undefined;
  const merges = resolveMerges(specification, isEntry);
  const table = createMergeTable(merges);
  const tokenOfByte = Int32Array.from(characterOfByte, (entry) => vocabulary.get(entry) ?? -1);
  const unknown = vocabulary.get(specification.unknownToken ?? '');
  const byteLengths = new Map([...vocabulary].map(([entry, id]) => [id, entry.length]));

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
    encode: cacheWords(compute),
    append: createSliceCache(compute),
    bytePairs: () => ({
      byteTokens: tokenOfByte.map((token) => (token < 0 ? (unknown ?? -1) : token)),
      merges,
      wholeWords: ignoreMerges ? asciiEntries(vocabulary) : [],
    }),
    reaches: reachOf(specification, merges, tokenOfByte),
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

/** The entries of a vocabulary that stand for ASCII. */
function asciiEntries(vocabulary: ReadonlyMap<string, number>): [Uint8Array, number][] {
  return [...vocabulary].flatMap(([entry, id]): [Uint8Array, number][] => {
    const bytes = bytesOfEntry(entry);
    return bytes?.every((byte) => byte < 128) ? [[bytes, id]] : [];
  });
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
