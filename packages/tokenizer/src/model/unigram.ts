import { TokenizerError } from '../error.ts';
import { PrefixTree } from './prefix-tree.ts';
import { byteTokenName, cacheWords, type WordEncoder } from './word-encoder.ts';

export type UnigramSpecification = {
  source: string;
  /** Each piece with its log-probability; its place is its token id. */
  pieces: readonly (readonly [text: string, score: number])[];
  unknown: number | undefined;
  byteFallback: boolean;
};

/** How much worse than the worst piece an unknown character scores (SentencePiece's kUnkPenalty). */
const unknownPenalty = 10;

/** Tokens of a word, where each starts and where it ends. */
type Segments = { ids: number[]; starts: number[]; ends: number[] };

/** A unigram language model (Kudo 2018): the pieces of highest total score, found by Viterbi search. */
export function createUnigram(specification: UnigramSpecification): WordEncoder {
  const { source, pieces, unknown, byteFallback } = specification;
  const ids = new Map(pieces.map(([text], id) => [text, id]));
  const tree = new PrefixTree(ids);
  const scores = Float64Array.from(pieces, ([, score]) => score);
  const worst = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const unknownScore = worst - unknownPenalty;

  /** The pieces' borders from the last to the first, and which are unknown. */
  const search = (word: string): { start: number; end: number; id: number }[] => {
    const size = word.length;
    const best = new Float64Array(size + 1);
    const from = new Int32Array(size + 1).fill(-1);
    const token = new Int32Array(size + 1);
    const offer = (start: number, end: number, id: number, score: number): void => {
      if (from[end] !== -1 && score <= best[end]!) return;
      best[end] = score;
      from[end] = start;
      token[end] = id;
    };
    for (let start = 0; start < size; ) {
      const next = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let isKnown = false;
      let node = 0;
      for (let end = start; end < size; ) {
        node = tree.step(node, word.charCodeAt(end++));
        if (node < 0) break;
        const id = tree.value(node);
        if (id < 0) continue;
        offer(start, end, id, scores[id]! + best[start]!);
        if (end === next) isKnown = true;
      }
      if (!isKnown) {
        if (unknown === undefined)
          throw new TokenizerError(
            source,
            `the vocabulary lacks ${JSON.stringify(word.slice(start, next))} and has no unk_id`,
          );
        offer(start, next, unknown, unknownScore + best[start]!);
      }
      start = next;
    }
    const path = [];
    for (let end = size; end > 0; end = from[end]!)
      path.push({ start: from[end]!, end, id: token[end]! });
    return path;
  };

  const segment = (word: string): Segments => {
    const out: Segments = { ids: [], starts: [], ends: [] };
    const add = (id: number, start: number, end: number): void => {
      out.ids.push(id);
      out.starts.push(start);
      out.ends.push(end);
    };
    const path = search(word).reverse();
    for (let i = 0; i < path.length; i++) {
      const { start, id } = path[i]!;
      let { end } = path[i]!;
      // Unknown characters in a row are one piece.
      while (id === unknown && path[i + 1]?.id === unknown) end = path[++i]!.end;
      const text = word.slice(start, end);
      const known = ids.get(text);
      const bytes = known === undefined && byteFallback ? fallBack(text, ids) : [];
      if (bytes.length > 0) for (const byte of bytes) add(byte, start, end);
      else add(known ?? id, start, end);
    }
    return out;
  };
  return {
    encode: cacheWords((word) => segment(word).ids),
    appendOffsets: (word, _tokens, at, out) => {
      const { starts, ends } = segment(word);
      starts.forEach((start, i) => {
        out.push([at + start, at + ends[i]!]);
      });
    },
  };
}

function fallBack(text: string, ids: ReadonlyMap<string, number>): number[] {
  const tokens = [...Buffer.from(text, 'utf8')].map((byte) => ids.get(byteTokenName(byte)));
  return tokens.includes(undefined) ? [] : (tokens as number[]);
}
