import { common, countsOf, runsOf, splitBlanks } from './words.ts';

/** Longest runs of words that are counted. */
const order = 4;

/**
 * GLEU of one text against one reference (Wu et al. 2016, "Google's Neural Machine Translation System", section 4.3), from 0 to 1:
 * of all runs of one to four words, those in common by the longer side. Words are cut at blanks; as NLTK's `sentence_gleu`.
 *
 * @example gleu('the fox jumps', 'the fox jumped');
 */
export function gleu(reference: string, predicted: string): number {
  const [wanted, given] = [splitBlanks(reference), splitBlanks(predicted)];
  let [hits, right, all] = [0, 0, 0];
  for (let n = 1; n <= order; n++) {
    const [left, other] = [runsOf(wanted, n, ' '), runsOf(given, n, ' ')];
    hits += common(countsOf(left), countsOf(other));
    right += left.length;
    all += other.length;
  }
  const most = Math.max(right, all);
  return most === 0 ? 0 : hits / most;
}
