import type { PlacedEncoder } from '../render/row-encoder.ts';

/** Which part of a text goes: its end, or its middle. */
export type Part = 'end' | 'middle';

/** What stands for the middle of a text that was cut out. */
export const gap = ' … ';

type Places = ReturnType<PlacedEncoder['places']>;

/** So many tokens of a text: its first ones, or as many from both of its ends with `gap` between them. */
function kept(text: string, places: Places, count: number, part: Part): string {
  if (count >= places.length) return text;
  const before = part === 'end' ? count : Math.ceil(count / 2);
  const end = before === 0 ? 0 : (places[before - 1]?.[1] ?? 0);
  if (part === 'end') return text.slice(0, end);
  const after = places[places.length - (count - before)];
  return `${text.slice(0, end)}${gap}${after === undefined ? '' : text.slice(after[0])}`;
}

/**
 * Token counts of texts with `excess` less of them together: the longest are cut first, to the same length, as the
 * strategy "longest_first" of Hugging Face's tokenizers has it. undefined where each had to be shorter than `least`.
 */
function longestFirst(
  counts: readonly number[],
  excess: number,
  least: number,
): number[] | undefined {
  const room = counts.reduce((sum, count) => sum + count, 0) - excess;
  if (counts.reduce((sum, count) => sum + Math.min(count, least), 0) > room) return undefined;
  let low = 0;
  let high = Math.max(0, ...counts);
  const taken = (cap: number): number =>
    counts.reduce((sum, count) => sum + Math.min(count, cap), 0);
  while (low < high) {
    const cap = Math.ceil((low + high) / 2);
    if (taken(cap) <= room) low = cap;
    else high = cap - 1;
  }
  let rest = room - taken(low);
  const order = counts.map((_, at) => at).toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const cut = counts.map((count) => Math.min(count, low));
  for (const at of order) {
    if (rest === 0 || (counts[at] ?? 0) <= low) break;
    cut[at] = low + 1;
    rest--;
  }
  return cut;
}

/** Cuts are tried so often: a text that was cut may have other tokens at the cut than before. */
const mostTries = 6;

/**
 * The first texts, shortened, of which `excessOf` finds none too long; `excess` is what it says of the texts as they are.
 * undefined where each had to be shorter than `least` tokens, or no try fits.
 */
export function shortened(
  texts: readonly string[],
  options: {
    readonly excess: number;
    readonly least: number;
    readonly part: Part;
    readonly encoder: Pick<PlacedEncoder, 'places'>;
    /** Tokens by which a row of these texts is too long. */
    readonly excessOf: (texts: readonly string[]) => number;
  },
): readonly string[] | undefined {
  const { part, least, encoder, excessOf } = options;
  const places = texts.map((text) => encoder.places(text));
  const counts = places.map(({ length }) => length);
  let over = options.excess;
  for (let tries = 0; tries < mostTries; tries++) {
    const wanted = longestFirst(counts, over, least);
    if (wanted === undefined) return undefined;
    const cut = texts.map((text, at) => kept(text, places[at] ?? [], wanted[at] ?? 0, part));
    const still = excessOf(cut);
    if (still <= 0) return cut;
    over += still;
  }
  return undefined;
}
