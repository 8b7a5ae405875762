import type { similarityMetrics } from '@lathe/contracts/http/grader';
import { bleu, bleuCounts } from '@lathe/scoring/bleu';
import { fuzzyMatch } from '@lathe/scoring/fuzzy-match';
import { gleu } from '@lathe/scoring/gleu';
import { meteor } from '@lathe/scoring/meteor';
import { rougeLongest, rougeRuns } from '@lathe/scoring/rouge';
import { GradingFault } from './fault.ts';

/** Those that compare texts by themselves; `cosine` compares vectors of a model. */
export type TextMetric = Exclude<(typeof similarityMetrics)[number], 'cosine'>;

const metrics: Readonly<Record<TextMetric, (reference: string, input: string) => number>> = {
  fuzzy_match: fuzzyMatch,
  bleu: (reference, input) => bleu(bleuCounts([reference], input), { isSentence: true }) / 100,
  gleu,
  meteor,
  rouge_1: (reference, input) => rougeRuns(reference, input, 1),
  rouge_2: (reference, input) => rougeRuns(reference, input, 2),
  rouge_3: (reference, input) => rougeRuns(reference, input, 3),
  rouge_4: (reference, input) => rougeRuns(reference, input, 4),
  rouge_5: (reference, input) => rougeRuns(reference, input, 5),
  rouge_l: rougeLongest,
};

/** Some metrics take time with the product of both lengths, so longer texts are refused. */
const mostCharacters = 20_000;

/** How alike two texts are, from 0 to 1. Throws GradingFault (`truncated_observation_error`) for texts that are too long. */
export function textSimilarity(metric: TextMetric, input: string, reference: string): number {
  const longest = Math.max(input.length, reference.length);
  if (longest > mostCharacters)
    throw new GradingFault(
      'truncated_observation_error',
      `A text to compare has ${longest} characters; at most ${mostCharacters} are compared.`,
    );
  return metrics[metric](reference, input);
}
