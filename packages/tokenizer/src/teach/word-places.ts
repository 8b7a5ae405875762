/** Where the words of a text are, in UTF-16 units [start, end), in order and apart. */
export type Places = [start: number, end: number][];

/** A marked stretch of a text. */
export type Span = { readonly start: number; readonly end: number; readonly label: string };

/**
 * Where the words of a text are: runs of letters, digits and marks, and every other character by itself.
 * @example wordPlaces('ann is.'); // [[0, 3], [4, 6], [6, 7]]
 */
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
  const tags = words.map(() => 'O');
  for (const span of spans) {
    const [from, to] = wordsIn(words, span);
    for (let at = from; at < to; at++) tags[at] = `${at === from ? 'B' : 'I'}-${span.label}`;
  }
  return tags;
}

/** The words of which a span holds some characters: the first, and the one after the last. */
export function wordsIn(
  words: Places,
  { start, end }: Pick<Span, 'start' | 'end'>,
): [from: number, to: number] {
  const from = firstPlace(words, (word) => word[1] > start);
  return [
    from,
    Math.max(
      from,
      firstPlace(words, (word) => word[0] >= end),
    ),
  ];
}

/** The first word that is so, as all after it are; their number when none is. */
function firstPlace(words: Places, is: (word: Places[number]) => boolean): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (is(words[middle] as Places[number])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** UTF-16 units before each code point of a text, and after the last. */
export function unitsOfCharacters(text: string): number[] {
  const units = [0];
  for (const character of text) units.push((units.at(-1) as number) + character.length);
  return units;
}

/** Spans whose places count characters (code points), in the order of the text, in UTF-16 units. */
export function spansInUnits(spans: readonly Span[], text: string): Span[] {
  const units = unitsOfCharacters(text);
  return spans
    .map(({ start, end, label }) => ({
      start: units[start] as number,
      end: units[end] as number,
      label,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

/**
 * Where answers begin, in UTF-16 units, when the context has them there: SQuAD counts code points, which differ from
 * units after a character beyond the first plane; a file that counts units is understood, too.
 */
export function answerPlaces(context: string): (text: string, start: number) => number | undefined {
  const units = unitsOfCharacters(context);
  return (text, start) =>
    [units[start], start].find((at) => at !== undefined && context.startsWith(text, at));
}
