import type { ShownRow } from '@lathe/contracts/artifact/insight';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Numbers } from '../row-numbers.ts';

/** The text that each token of each sequence adds. */
export type Decode = (sequences: readonly (readonly number[])[]) => Promise<readonly string[][]>;

/** A sequence, and which of its tokens the length policy drops. */
type KeptExample = ShardExample & { readonly cut?: Uint8Array };

export type KeptRow = {
  readonly which: ShownRow['which'];
  readonly line: number;
  readonly examples: readonly KeptExample[];
};

/** Sequences of a row that are shown, and tokens of each: so many of its beginning, and of its end. */
const mostSequences = 2;
const mostFirst = 250;
const mostLast = 350;
/** Where its middle or its end is cut: so many of its beginning, and on both sides of where a cut begins or ends. */
const mostBeside = 120;

/** Which rows are worth being shown, by their place: the first, the one of middling length, the longest. */
export function whichToShow(lengths: Numbers): ReadonlyMap<number, ShownRow['which']> {
  const wanted = new Map<number, ShownRow['which']>();
  if (lengths.length === 0) return wanted;
  // Rows are in the order of their lengths, equal ones in that of the file.
  const counts = new Map<number, number>();
  let longest = 0;
  let most = 0;
  let at = 0;
  for (const length of lengths) {
    counts.set(length, (counts.get(length) ?? 0) + 1);
    if (length >= most) [most, longest] = [length, at];
    at++;
  }
  wanted.set(longest, 'longest');
  const middle = middleOf(lengths, counts, new Set([0, longest]));
  if (middle !== undefined) wanted.set(middle, 'middle');
  wanted.set(0, 'first');
  return wanted;
}

/** The row in the middle of all but some; undefined where there is no other. */
function middleOf(
  lengths: Numbers,
  counts: Map<number, number>,
  without: ReadonlySet<number>,
): number | undefined {
  for (const row of without) {
    const length = lengths.at(row) as number;
    counts.set(length, (counts.get(length) as number) - 1);
  }
  let left = Math.floor((lengths.length - without.size) / 2);
  for (const [length, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (left < count) return placeOf(lengths, length, { left, without });
    left -= count;
  }
  return undefined;
}

/** The row of that length before which `left` others of it stand, some rows not counted. */
function placeOf(
  lengths: Numbers,
  length: number,
  { left, without }: { readonly left: number; readonly without: ReadonlySet<number> },
): number | undefined {
  let before = left;
  let at = 0;
  for (const one of lengths) {
    if (one === length && !without.has(at) && before-- === 0) return at;
    at++;
  }
  return undefined;
}

/** Rows in the texts of their tokens, the first one first. */
export async function showRows(kept: readonly KeptRow[], decode: Decode): Promise<ShownRow[]> {
  const order = ['first', 'middle', 'longest', 'cut', 'left_out'] as const;
  const rows = kept.toSorted((a, b) => order.indexOf(a.which) - order.indexOf(b.which));
  const shown = rows.map(({ examples }) => examples.slice(0, mostSequences));
  const texts = await decode(shown.flat().map(({ tokens }) => [...tokens]));
  let at = 0;
  return rows.map(({ which, line, examples }, i) => ({
    ...{ which, line },
    sequences: (shown[i] ?? []).map((example) => ({
      tokens: abridged(texts[at++] ?? [], example),
      length: example.tokens.length,
      ...(example.cut && { cut: example.cut.reduce((sum, flag) => sum + flag, 0) }),
    })),
    more: examples.length - (shown[i] ?? []).length,
  }));
}

/** Whether the model learns to write a token, to tag it, or that it is of the answer. */
function isTaught({ supervised, labels, span }: ShardExample, at: number): boolean {
  if (supervised[at] !== 0 || (labels?.[at] ?? -1) >= 0) return true;
  const [first = 0, last = 0] = span ?? [];
  return first > 0 && first <= at && at <= last;
}

type ShownTokens = ShownRow['sequences'][number]['tokens'];

function abridged(texts: readonly string[], example: KeptExample): ShownTokens {
  const { cut } = example;
  const tokens = texts.map((text, i) => ({
    ...{ text, taught: isTaught(example, i) },
    ...(cut?.[i] === 1 && { cut: true as const }),
  }));
  if (tokens.length <= mostFirst + mostLast) return tokens;
  const isWhole = cut === undefined || cut.every((flag) => flag === 1);
  if (isWhole) return [...tokens.slice(0, mostFirst), null, ...tokens.slice(-mostLast)];
  return besideCuts(tokens, cut);
}

/** The beginning, and what is on both sides of each place where a cut begins or ends, as far as there is room. */
function besideCuts(tokens: ShownTokens, cut: Uint8Array): ShownTokens {
  const edges = [...cut.keys()].filter((at) => at > 0 && cut[at] !== cut[at - 1]);
  const nearest = edges.slice(0, Math.floor((mostFirst + mostLast) / (2 * mostBeside)));
  const shown: ShownTokens = [];
  for (const [at, token] of tokens.entries()) {
    const isShown =
      at < mostBeside || nearest.some((edge) => at >= edge - mostBeside && at < edge + mostBeside);
    if (isShown) shown.push(token);
    else if (shown.at(-1) !== null) shown.push(null);
  }
  return shown;
}
