import { porterStem } from './porter-stemmer.ts';
import { splitBlanks } from './words.ts';

/** The weights of Lavie and Agarwal (2007), which NLTK has as defaults. */
const alpha = 0.9;
const beta = 3;
const gamma = 0.5;

type Match = readonly [predicted: number, reference: number];

/**
 * METEOR of one text against one reference, from 0 to 1: words that are the same, or have the same Porter stem, weighted
 * towards recall, less a penalty for how scattered they stand. As NLTK's `meteor_score` on words cut at blanks in lower
 * case, but for its third stage: words that mean the same by WordNet are not matched.
 *
 * @example meteor('the cat sat on the mat', 'on the mat sat the cat');
 */
export function meteor(reference: string, predicted: string): number {
  const wanted = wordsOf(reference);
  const given = wordsOf(predicted);
  const [total, expected] = [given.length, wanted.length];
  const matches = [...takeEqual(given, wanted, (word) => word)];
  matches.push(...takeEqual(given, wanted, porterStem));
  if (matches.length === 0) return 0;
  const precision = matches.length / total;
  const recall = matches.length / expected;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  const penalty = gamma * (chunks(matches) / matches.length) ** beta;
  return (1 - penalty) * mean;
}

type Word = { readonly at: number; readonly word: string };

function wordsOf(text: string): Word[] {
  return splitBlanks(text.toLowerCase()).map((word, at) => ({ at, word }));
}

/** Takes from both sides the words that `form` makes equal, from the last one on, as the reference does. */
function takeEqual(given: Word[], wanted: Word[], form: (word: string) => string): Match[] {
  const matches: Match[] = [];
  const forms = wanted.map(({ word }) => form(word));
  for (let at = given.length - 1; at >= 0; at--) {
    const one = given[at] as Word;
    const other = forms.lastIndexOf(form(one.word));
    if (other < 0) continue;
    matches.push([one.at, (wanted[other] as Word).at]);
    given.splice(at, 1);
    wanted.splice(other, 1);
    forms.splice(other, 1);
  }
  return matches;
}

/** Runs of matches that stand side by side in both texts. */
function chunks(matches: readonly Match[]): number {
  const sorted = matches.toSorted((a, b) => a[0] - b[0]);
  return sorted.filter(([predicted, reference], at) => {
    const before = sorted[at - 1];
    return before === undefined || before[0] + 1 !== predicted || before[1] + 1 !== reference;
  }).length;
}
