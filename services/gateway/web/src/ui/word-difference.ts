/** A piece of a text, and whether the other text lacks it. */
export type Piece = { readonly text: string; readonly isOwn: boolean };

/** Words that are compared; the rest of longer texts is taken as it is. */
const mostWords = 400;

/**
 * A text in pieces: those that it has in common with another, in the same order, and those of its own.
 * @example differenceFrom('a cat sat', 'a dog sat'); // a, *cat*, sat
 */
export function differenceFrom(text: string, other: string): Piece[] {
  const own = words(text);
  const others = words(other).slice(0, mostWords);
  const compared = own.slice(0, mostWords);
  // lengths[i][j]: of the longest sequence of words that both have from i and j on.
  const lengths = Array.from(
    { length: compared.length + 1 },
    () => new Uint16Array(others.length + 1),
  );
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = compared.length - 1; i >= 0; i--)
    for (let j = others.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        compared[i] === others[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const pieces: Piece[] = [];
  const add = (said: string, isOwn: boolean): void => {
    const last = pieces.at(-1);
    if (last?.isOwn === isOwn) pieces[pieces.length - 1] = { text: last.text + said, isOwn };
    else pieces.push({ text: said, isOwn });
  };
  let j = 0;
  for (const [i, word] of compared.entries()) {
    while (j < others.length && word !== others[j] && at(i, j + 1) >= at(i + 1, j)) j++;
    const isShared = j < others.length && word === others[j];
    if (isShared) j++;
    add(word, !isShared);
  }
  const rest = own.slice(mostWords).join('');
  if (rest !== '') add(rest, false);
  return pieces;
}

/** Words with the white space and signs between them, which are words, too. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];
}
