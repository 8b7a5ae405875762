import { commonLength, commonPlaces } from './common-subsequence.ts';
import { porterStem } from './porter-stemmer.ts';
import { common, countsOf, runsOf } from './words.ts';

/** Share of the prediction's units that are right, of the gold's that were found, and the harmonic mean of both. */
type RougeScore = {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
};

export type RougeScores = {
  readonly rouge1: RougeScore;
  readonly rouge2: RougeScore;
  readonly rougeL: RougeScore;
  /** ROUGE-L of summaries whose sentences stand on lines of their own. */
  readonly rougeLsum: RougeScore;
};

/**
 * ROUGE of one text as rouge_score 0.1.2 computes it: words are runs of ASCII letters and digits in lower case, stemmed with Porter's
 * stemmer on request. For texts in other scripts it says nothing: they have no such words.
 *
 * @example const { rougeL } = rouge('The quick brown fox.', 'The brown fox.');
 */
export function rouge(
  gold: string,
  predicted: string,
  { stem = false }: { readonly stem?: boolean } = {},
): RougeScores {
  const words = (text: string) => wordsOf(text, stem);
  const lines = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map(words);
  const [right, given] = [words(gold), words(predicted)];
  return {
    rouge1: ofRuns(right, given, 1),
    rouge2: ofRuns(right, given, 2),
    rougeL: longest(right, given),
    rougeLsum: ofLines(lines(gold), lines(predicted)),
  };
}

/**
 * F1 of the runs of `n` words of one text, as ROUGE-N of rouge_score computes it, unstemmed.
 *
 * @example rougeRuns('a b c d', 'a b d c', 3);
 */
export function rougeRuns(gold: string, predicted: string, n: number): number {
  return ofRuns(wordsOf(gold, false), wordsOf(predicted, false), n).f1;
}

/**
 * F1 of the longest common subsequence of two texts' words, as ROUGE-L of rouge_score computes it, unstemmed.
 *
 * @example rougeLongest('a b c d', 'a b d c');
 */
export function rougeLongest(gold: string, predicted: string): number {
  return longest(wordsOf(gold, false), wordsOf(predicted, false)).f1;
}

function longest(gold: readonly string[], predicted: readonly string[]): RougeScore {
  return score(commonLength(gold, predicted), gold.length, predicted.length);
}

function wordsOf(text: string, stem: boolean): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stem ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
}

function ofRuns(gold: readonly string[], predicted: readonly string[], n: number): RougeScore {
  const [right, given] = [runsOf(gold, n, ' '), runsOf(predicted, n, ' ')];
  return score(common(countsOf(right), countsOf(given)), right.length, given.length);
}

/** Of each gold line the words in the longest subsequence with any predicted line, no word more often than both have it. */
function ofLines(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): RougeScore {
  const left = [countsOf(gold.flat()), countsOf(predicted.flat())];
  let hits = 0;
  for (const line of gold) {
    const found = new Set(predicted.flatMap((each) => commonPlaces(line, each)));
    for (const at of [...found].sort((a, b) => a - b)) {
      const word = line[at] as string;
      if (!left.every((counts) => (counts.get(word) ?? 0) > 0)) continue;
      hits++;
      for (const counts of left) counts.set(word, (counts.get(word) ?? 0) - 1);
    }
  }
  return score(hits, gold.flat().length, predicted.flat().length);
}

function score(hits: number, gold: number, predicted: number): RougeScore {
  const precision = hits / Math.max(1, predicted);
  const recall = hits / Math.max(1, gold);
  return {
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  };
}
