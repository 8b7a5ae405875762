import type { ShownRow } from '@lathe/contracts/artifact/insight';
import type { ShardExample } from '@lathe/contracts/artifact/shard';

/** The text that each token of each sequence adds. */
export type Decode = (sequences: readonly (readonly number[])[]) => Promise<readonly string[][]>;

export type KeptRow = {
  readonly which: ShownRow['which'];
  readonly json: string;
  readonly examples: readonly ShardExample[];
};

/** Sequences of a row that are shown, and tokens of each: so many of its beginning, and of its end. */
const mostSequences = 2;
const mostFirst = 250;
const mostLast = 350;

/** Which rows are worth being shown, by their place: the first, the one of middling length, the longest. */
export function whichToShow(lengths: readonly number[]): ReadonlyMap<number, ShownRow['which']> {
  // In the order of their lengths, equal ones in that of the file.
  const sorted = Int32Array.from(lengths, (_, i) => i).sort(
    (a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b,
  );
  const wanted = new Map<number, ShownRow['which']>();
  const longest = sorted.at(-1);
  const others = sorted.filter((i) => i !== 0 && i !== longest);
  const middle = others[Math.floor(others.length / 2)];
  if (longest !== undefined) wanted.set(longest, 'longest');
  if (middle !== undefined) wanted.set(middle, 'middle');
  if (lengths.length > 0) wanted.set(0, 'first');
  return wanted;
}

/** Rows in the texts of their tokens, the first one first. */
export async function showRows(kept: readonly KeptRow[], decode: Decode): Promise<ShownRow[]> {
  const order = ['first', 'middle', 'longest'] as const;
  const rows = kept.toSorted((a, b) => order.indexOf(a.which) - order.indexOf(b.which));
  const shown = rows.map(({ examples }) => examples.slice(0, mostSequences));
  const texts = await decode(shown.flat().map(({ tokens }) => [...tokens]));
  let at = 0;
  return rows.map(({ which, json, examples }, i) => ({
    which,
    line: (JSON.parse(json) as { readonly line: number }).line,
    sequences: (shown[i] ?? []).map(({ supervised }) => ({
      tokens: abridged(texts[at++] ?? [], supervised),
      length: supervised.length,
    })),
    more: examples.length - (shown[i] ?? []).length,
  }));
}

type ShownTokens = ShownRow['sequences'][number]['tokens'];

function abridged(texts: readonly string[], supervised: Uint8Array): ShownTokens {
  const tokens = texts.map((text, i) => ({ text, taught: supervised[i] !== 0 }));
  if (tokens.length <= mostFirst + mostLast) return tokens;
  return [...tokens.slice(0, mostFirst), null, ...tokens.slice(-mostLast)];
}
