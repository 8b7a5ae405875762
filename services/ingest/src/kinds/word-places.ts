import type { RowOf } from './row-kind.ts';

export type Places = RowOf<'tagged'>['words'];

/** A marked stretch of a text, in UTF-16 units. */
export type Span = { readonly start: number; readonly end: number; readonly label: string };

/** Where the words of a text are: runs of letters, digits and marks, and every other character by itself. */
export function wordPlaces(text: string): Places {
  return Array.from(text.matchAll(/[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu), (word) => [
    word.index,
    word.index + word[0].length,
  ]);
}

/** Words with a blank between them, and where each is. */
export function joinWords(words: readonly string[]): { text: string; words: Places } {
  let at = 0;
  const places = words.map((word): [number, number] => {
    const start = at;
    at += word.length + 1;
    return [start, start + word.length];
  });
  return { text: words.join(' '), words: places };
}

/** The tags of words of which spans, in order and apart, hold some: `B-` for the first of each, `I-` for the others. */
export function tagsOf(words: Places, spans: readonly Span[]): string[] {
  return words.map(([start, end]) => {
    const span = spans.find((each) => each.start < end && each.end > start);
    if (span === undefined) return 'O';
    const isFirst = !words.some(([from, to]) => to <= start && span.start < to && span.end > from);
    return `${isFirst ? 'B' : 'I'}-${span.label}`;
  });
}

/** Words that a span cuts: it holds some of their characters. */
export function cutWords(words: Places, { start, end }: Span): Places {
  return words.filter(([from, to]) => from < end && to > start && (from < start || to > end));
}

/** UTF-16 units before each code point of a text, and after the last. */
export function unitsOfCharacters(text: string): number[] {
  const units = [0];
  for (const character of text) units.push((units.at(-1) as number) + character.length);
  return units;
}
