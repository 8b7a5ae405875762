import { TokenizerError } from '../error.ts';
import { createMergeTable, mergeWord } from './bpe.ts';
import { type BpeSpecification, reachOf, resolveMerges } from './bpe-specification.ts';
import { byteTokenName, cacheWords, type WordEncoder } from './word-encoder.ts';

/** What a word is before the merges: tokens of characters, of bytes or unknown, and where each stands. */
type Symbols = { ids: number[]; starts: number[]; ends: number[] };

/** SentencePiece's space mark. */
const mark = '▁';

/**
 * BPE over characters, as tokenizer.json writes SentencePiece's BPE (Llama 2, Mistral, Phi 3, Gemma):
 * characters outside the vocabulary fall back to byte tokens, else to the unknown token.
 */
export function createCharacterBpe(specification: BpeSpecification): WordEncoder {
  const { source, vocabulary, ignoreMerges, fuseUnknown, byteFallback } = specification;
  const merges = resolveMerges(specification, () => true);
  const table = createMergeTable(merges);
  const unknown = vocabulary.get(specification.unknownToken ?? '');
  const entryLengths = new Map([...vocabulary].map(([entry, id]) => [id, entry.length]));
  const byteTokens = byteFallback
    ? Array.from({ length: 256 }, (_, byte) => vocabulary.get(byteTokenName(byte)))
    : [];

  const split = (word: string): Symbols => {
    const symbols: Symbols = { ids: [], starts: [], ends: [] };
    let pending: { start: number; end: number } | undefined;
    const add = (id: number, start: number, end: number): void => {
      symbols.ids.push(id);
      symbols.starts.push(start);
      symbols.ends.push(end);
    };
    const flush = (): void => {
      if (pending !== undefined) add(unknown!, pending.start, pending.end);
      pending = undefined;
    };
    let at = 0;
    for (const character of word) {
      const end = at + character.length;
      const known = vocabulary.get(character);
      const bytes = known === undefined && byteFallback ? fallBack(character, byteTokens) : [];
      if (known !== undefined) {
        flush();
        add(known, at, end);
      } else if (bytes.length > 0) {
        for (const id of bytes) add(id, at, end);
      } else if (unknown === undefined) {
        const shown = JSON.stringify(character);
        throw new TokenizerError(source, `the vocabulary lacks ${shown} and has no unk_token`);
      } else {
        if (!fuseUnknown) flush();
        pending = { start: pending?.start ?? at, end };
      }
      at = end;
    }
    flush();
    return symbols;
  };

  const encodePart = cacheWords((part) => mergeWord(split(part).ids, table));
  const canCut = vocabulary.has(mark) && !specification.merges.some(crossesWords);
  const characters = [...vocabulary].flatMap(([entry, id]) =>
    [...entry].length === 1 ? [id] : [],
  );
  return {
    reaches: reachOf(specification, merges, [...characters, ...byteTokens]),
    encode: (word) => {
      const whole = ignoreMerges ? vocabulary.get(word) : undefined;
      if (whole !== undefined) return [whole];
      const parts = canCut ? (word.match(words) ?? []) : [word];
      if (parts.length <= 1) return encodePart(word);
      const tokens: number[] = [];
      for (const part of parts) for (const token of encodePart(part)) tokens.push(token);
      return tokens;
    },
    appendOffsets: (word, tokens, start, out) => {
      if (tokens.length === 1) {
        out.push([start, start + word.length]);
        return;
      }
      const { ids, starts, ends } = split(word);
      let at = 0;
      for (const token of tokens) {
        // The entry of a merged token is the entries of its symbols, joined.
        const first = at;
        let rest = entryLengths.get(token)!;
        while (rest > 0) rest -= entryLengths.get(ids[at++]!)!;
        out.push([start + starts[first]!, start + ends[at - 1]!]);
      }
    },
  };
}

function fallBack(character: string, byteTokens: readonly (number | undefined)[]): number[] {
  const ids: number[] = [];
  for (const byte of Buffer.from(character, 'utf8')) {
    const id = byteTokens[byte];
    if (id === undefined) return [];
    ids.push(id);
  }
  return ids;
}

/**
 * Where no merge reaches over the start of a new word ("x▁"), a text can be cut there with the same
 * result, and its words are found in the cache.
 */
const words = /▁*[^▁]+|▁+/g;

function crossesWords([left, right]: readonly [string, string]): boolean {
  return /[^▁]▁/.test(left + right);
}
