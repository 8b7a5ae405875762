/** What Python's `str.split()` splits at. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes four of them for blanks.
const blanks = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** The pieces of a text between blanks, as Python's `text.split()`. */
export function splitBlanks(text: string): string[] {
  return text.split(blanks).filter((piece) => piece !== '');
}

/** How often each item occurs. */
export function countsOf<Item>(items: Iterable<Item>): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Items that two bags have in common, each as often as in the bag that has fewer of it. */
export function common<Item>(a: ReadonlyMap<Item, number>, b: ReadonlyMap<Item, number>): number {
  let sum = 0;
  for (const [item, count] of a) sum += Math.min(count, b.get(item) ?? 0);
  return sum;
}

/** The runs of `n` items, each as one text. */
export function runsOf(items: readonly string[], n: number, between: string): string[] {
  return Array.from({ length: Math.max(0, items.length - n + 1) }, (_, at) =>
    items.slice(at, at + n).join(between),
  );
}
