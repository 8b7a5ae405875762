import { PrefixTree } from '../model/prefix-tree.ts';
import type { Piece } from './seed-pieces.ts';

/** How much worse than the worst piece an unknown character scores (SentencePiece's kUnkPenalty). */
const unknownPenalty = 10;
/** Stands for what no piece is; the first piece is at 1. */
const unknown = 0;

/** All ways to cut a word into pieces (Kudo 2018), whose probability is the product of those of the pieces. */
export class PieceLattice {
  readonly #tree: PrefixTree;
  readonly #scores: Float64Array;
  #starts: number[] = [];
  #ends: number[] = [];
  #pieces: number[] = [];

  /** Piece `i` has the number `i + 1`; 0 is an unknown character. */
  constructor(pieces: readonly Piece[]) {
    this.#tree = new PrefixTree(pieces.map(([text], at) => [text, at + 1] as const));
    const worst = pieces.reduce((least, [, score]) => Math.min(least, score), 0);
    this.#scores = Float64Array.from([worst - unknownPenalty, ...pieces.map(([, score]) => score)]);
  }

  /**
   * Adds to `expected` how often each piece is expected in `weight` such words (forward-backward), and returns
   * weight · ln P(word).
   */
  expect(word: string, weight: number, expected: Float64Array): number {
    this.#cut(word);
    const size = word.length;
    const starts = this.#starts;
    const ends = this.#ends;
    const pieces = this.#pieces;
    const forward = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    const backward = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    forward[0] = 0;
    backward[size] = 0;
    // Pieces stand in the order of their starts, so that all before a place are known when it is come to.
    for (let i = 0; i < pieces.length; i++) {
      const score = forward[starts[i]!]! + this.#scores[pieces[i]!]!;
      forward[ends[i]!] = logSum(forward[ends[i]!]!, score);
    }
    for (let i = pieces.length - 1; i >= 0; i--) {
      const score = backward[ends[i]!]! + this.#scores[pieces[i]!]!;
      backward[starts[i]!] = logSum(backward[starts[i]!]!, score);
    }
    const whole = forward[size]!;
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!;
      const share = forward[starts[i]!]! + this.#scores[piece]! + backward[ends[i]!]! - whole;
      expected[piece]! += weight * Math.exp(share);
    }
    return weight * whole;
  }

  /** The numbers of the pieces of the likeliest way (Viterbi), in order, with its score; `without` one that is left out. */
  best(word: string, without = -1): { readonly pieces: readonly number[]; readonly score: number } {
    this.#cut(word);
    const size = word.length;
    const best = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(size + 1).fill(-1);
    best[0] = 0;
    for (let i = 0; i < this.#pieces.length; i++) {
      const piece = this.#pieces[i]!;
      if (piece === without) continue;
      const score = best[this.#starts[i]!]! + this.#scores[piece]!;
      const end = this.#ends[i]!;
      if (score <= best[end]!) continue;
      best[end] = score;
      from[end] = i;
    }
    const pieces: number[] = [];
    for (let end = size; end > 0 && from[end]! >= 0; end = this.#starts[from[end]!]!)
      pieces.push(this.#pieces[from[end]!]!);
    return { pieces: pieces.reverse(), score: best[size]! };
  }

  /** The score of a piece by its number. */
  score(piece: number): number {
    return this.#scores[piece]!;
  }

  #cut(word: string): void {
    this.#starts = [];
    this.#ends = [];
    this.#pieces = [];
    for (let start = 0; start < word.length; ) {
      const next = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let isKnown = false;
      let node = 0;
      for (let end = start; end < word.length; ) {
        node = this.#tree.step(node, word.charCodeAt(end++));
        if (node < 0) break;
        const piece = this.#tree.value(node);
        if (piece < 0) continue;
        this.#add(start, end, piece);
        if (end === next) isKnown = true;
      }
      if (!isKnown) this.#add(start, next, unknown);
      start = next;
    }
  }

  #add(start: number, end: number, piece: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
    this.#pieces.push(piece);
  }
}

/** ln(e^x + e^y). */
function logSum(x: number, y: number): number {
  if (x === Number.NEGATIVE_INFINITY) return y;
  const most = Math.max(x, y);
  return most + Math.log1p(Math.exp(Math.min(x, y) - most));
}
