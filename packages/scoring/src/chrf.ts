import { common, countsOf, runsOf, splitBlanks } from './words.ts';

/** Longest runs of characters that are counted. */
const characters = 6;
/** How many times as much recall counts as precision. */
const beta = 2;
const punctuation = /^[!-/:-@[-`{-~]$/;

/** What chrF of many texts is made of: for each length of runs those of the prediction, of the reference, and of both. Such counts are added up. */
export type ChrfCounts = readonly number[];

/** Counts of one text against the reference that it is most like; `words`: runs of up to so many words count too, 2 for chrF++. */
export function chrfCounts(
  references: readonly string[],
  predicted: string,
  { words = 2 }: { readonly words?: number } = {},
): ChrfCounts {
  const given = runs(predicted, words);
  let best: { counts: ChrfCounts; score: number } | undefined;
  for (const reference of references) {
    const counts = runs(reference, words).flatMap((wanted, at) => {
      const own = given[at] ?? new Map<string, number>();
      // Runs of a length that the reference is too short for are no mistake.
      return [wanted.size === 0 ? 0 : sum(own), sum(wanted), common(own, wanted)];
    });
    const score = chrf(counts);
    if (best === undefined || score > best.score) best = { counts, score };
  }
  if (best === undefined) throw new RangeError('a text is scored against at least one reference');
  return best.counts;
}

/**
 * chrF, of 100, from counts that were added up (Popović 2015, 2017): F₂ of the mean precision and the mean recall over the lengths of runs
 * that both sides have, as sacreBLEU 2.6.
 *
 * @example chrf(chrfCounts(['The fox jumps.'], 'The fox jumped.')); // chrF++
 */
export function chrf(counts: ChrfCounts): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let at = 0; at < counts.length; at += 3) {
    const [given = 0, wanted = 0, same = 0] = counts.slice(at, at + 3);
    if (given === 0 || wanted === 0) continue;
    precision += same / given;
    recall += same / wanted;
    orders++;
  }
  if (precision + recall === 0) return 0;
  const factor = beta ** 2;
  return (
    (100 * (1 + factor) * (precision / orders) * (recall / orders)) /
    (factor * (precision / orders) + recall / orders)
  );
}

/** Runs of characters but blanks, from 1 to 6 long, and then of words. */
function runs(text: string, words: number): Map<string, number>[] {
  const letters = [...splitBlanks(text).join('')];
  const cut = splitBlanks(text).flatMap(apart);
  return [
    ...Array.from({ length: characters }, (_, n) => countsOf(runsOf(letters, n + 1, ''))),
    ...Array.from({ length: words }, (_, n) => countsOf(runsOf(cut, n + 1, ' '))),
  ];
}

/** A word with the punctuation mark behind it, or else before it, on its own. */
function apart(word: string): string[] {
  const letters = [...word];
  if (letters.length === 1) return [word];
  if (punctuation.test(letters.at(-1) as string))
    return [letters.slice(0, -1).join(''), letters.at(-1) as string];
  if (punctuation.test(letters[0] as string))
    return [letters[0] as string, letters.slice(1).join('')];
  return [word];
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
