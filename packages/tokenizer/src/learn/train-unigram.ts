import { PieceLattice } from './piece-lattice.ts';
import { type Piece, seedPieces } from './seed-pieces.ts';

/** As of SentencePiece: pieces to begin with, shares that stay in a round, and the margin before the last choice. */
const [mostSeeds, shrinking, margin] = [1_000_000, 0.75, 1.1];
/** Pieces that are expected less often are dropped. */
const leastExpected = 0.5;
/** Rounds of expectation and maximization between two prunings. */
const rounds = 2;

/**
 * Learns the pieces of a Unigram language model from counted words (Kudo 2018, "Subword Regularization", section 3.2)
 * by expectation maximization with the prior of SentencePiece (e^ψ(c) in the place of the count c), pruning those
 * pieces whose loss the likelihood minds least, as `UnigramTrainer` of Hugging Face's tokenizers does. Every
 * character of the words is among them, then the others up to `size`; the likeliest first. What is `taken` is none of
 * them. The order of the words has no influence.
 */
export function learnPieces(
  counts: ReadonlyMap<string, number>,
  { size, taken = new Set() }: { readonly size: number; readonly taken?: ReadonlySet<string> },
): Piece[] {
  const words = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = Math.floor(size * margin);
  let pieces = seedPieces(counts, mostSeeds);
  for (;;) {
    for (let round = 0; round < rounds; round++) pieces = maximize(pieces, expect(pieces, words));
    if (pieces.length <= wanted) break;
    pieces = prune(pieces, words, wanted);
  }
  return finished(pieces, words, { size, taken });
}

/** ln P of all words, in nats: the higher, the better pieces fit. */
export function logLikelihood(
  pieces: readonly Piece[],
  counts: ReadonlyMap<string, number>,
): number {
  const lattice = new PieceLattice(pieces);
  const expected = new Float64Array(pieces.length + 1);
  let sum = 0;
  for (const [word, weight] of counts) sum += lattice.expect(word, weight, expected);
  return sum;
}

type Words = readonly (readonly [word: string, weight: number])[];

function expect(pieces: readonly Piece[], words: Words): Float64Array {
  const lattice = new PieceLattice(pieces);
  const expected = new Float64Array(pieces.length + 1);
  for (const [word, weight] of words) lattice.expect(word, weight, expected);
  return expected;
}

function maximize(pieces: readonly Piece[], expected: Float64Array): Piece[] {
  const kept: [string, number][] = [];
  let sum = 0;
  pieces.forEach(([text], at) => {
    const count = expected[at + 1]!;
    if (count < leastExpected) return;
    kept.push([text, count]);
    sum += count;
  });
  const total = digamma(sum);
  return kept.map(([text, count]) => [text, digamma(count) - total]);
}

/** Leaves out pieces by what the likelihood loses when each is written as the next best way to cut it. */
function prune(pieces: readonly Piece[], words: Words, wanted: number): Piece[] {
  const lattice = new PieceLattice(pieces);
  const counts = new Float64Array(pieces.length + 1);
  let all = 0;
  for (const [word, weight] of words) {
    all += weight;
    for (const piece of lattice.best(word).pieces) counts[piece]! += weight;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const kept: Piece[] = [];
  const losses: (readonly [piece: Piece, loss: number])[] = [];
  pieces.forEach((piece, at) => {
    const number = at + 1;
    const count = counts[number]!;
    const other = lattice.best(piece[0], number);
    const isOnly = other.pieces.length === 0;
    const isBest = isOnly || lattice.score(number) >= other.score;
    if (count === 0 && !isBest) return;
    if (isOnly || !isBest) kept.push(piece);
    else if (count > 0) {
      const alone = Math.log(count) - Math.log(total);
      const apart = Math.log(total + count * (other.pieces.length - 1));
      const cut = other.pieces.reduce((sum, i) => sum + Math.log(counts[i]! + count) - apart, 0);
      losses.push([piece, (count / all) * (alone - cut)]);
    }
  });
  const least = Math.max(Math.floor(pieces.length * shrinking), wanted);
  losses.sort(([, a], [, b]) => b - a);
  return [...kept, ...losses.slice(0, Math.max(0, least - kept.length)).map(([piece]) => piece)];
}

/** Every character, then pieces in their order until there are enough. */
function finished(
  pieces: readonly Piece[],
  words: Words,
  { size, taken }: { readonly size: number; readonly taken: ReadonlySet<string> },
): Piece[] {
  const scores = new Map(pieces);
  const characters = new Set(words.flatMap(([word]) => [...word]));
  const worst = pieces.reduce((least, [, score]) => Math.min(least, score), 0);
  // Those that no piece has score below all others, each by a little more.
  let next = worst;
  const chosen = new Map<string, number>();
  for (const each of [...characters].sort()) {
    if (taken.has(each)) continue;
    const score = scores.get(each);
    chosen.set(each, score ?? next);
    if (score === undefined) next += 0.0001;
  }
  for (const [text, score] of pieces) {
    if (chosen.size >= size) break;
    if (!chosen.has(text) && !taken.has(text)) chosen.set(text, score);
  }
  return [...chosen].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** ψ(x) for x > 0, by its recurrence up to 7 and its asymptotic series at x − 1/2 (Abramowitz and Stegun 6.3). */
function digamma(x: number): number {
  let [result, at] = [0, x];
  for (; at < 7; at++) result -= 1 / at;
  at -= 0.5;
  const square = 1 / (at * at);
  const fourth = square * square;
  return (
    result +
    Math.log(at) +
    square / 24 -
    (7 / 960) * fourth +
    (31 / 8064) * fourth * square -
    (127 / 30_720) * fourth * fourth
  );
}
