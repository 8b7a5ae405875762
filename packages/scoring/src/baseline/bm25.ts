import { countsOf } from '../words.ts';

/** How soon more of a word counts no more, and how much the length of a text counts: Lucene's defaults. */
const [saturation, lengthShare] = [1.2, 0.75];

/**
 * Okapi BM25 as Lucene has it: Σ ln(1 + (N − n + ½)/(n + ½)) · f/(f + k₁(1 − b + b·length/mean)) over a query's words, which are
 * runs of letters and digits in lower case. Gives the score of every document for a query.
 *
 * @example const scores = fitBm25(['a red fox', 'a dog'])('red'); // the first is higher
 */
export function fitBm25(documents: readonly string[]): (query: string) => Float64Array {
  const bags = documents.map((text) => countsOf(wordsOf(text)));
  const lengths = bags.map((bag) => [...bag.values()].reduce((sum, count) => sum + count, 0));
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const holders = new Map<string, { at: number; count: number }[]>();
  for (const [at, bag] of bags.entries())
    for (const [word, count] of bag) {
      const known = holders.get(word) ?? [];
      holders.set(word, known);
      known.push({ at, count });
    }
  return (query) => {
    const scores = new Float64Array(documents.length);
    for (const word of wordsOf(query)) {
      const list = holders.get(word) ?? [];
      const rarity = Math.log(1 + (documents.length - list.length + 0.5) / (list.length + 0.5));
      for (const { at, count } of list) {
        const long = 1 - lengthShare + (lengthShare * (lengths[at] as number)) / mean;
        scores[at] = (scores[at] as number) + (rarity * count) / (count + saturation * long);
      }
    }
    return scores;
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
