import { detectScheme } from '@lathe/scoring/span-schemes';
import { spanScores } from '@lathe/scoring/spans';
import type { Scored } from '../objective.ts';
import { argmax, collected, vectorOf } from './collected.ts';

type Tagged = {
  readonly labels: Int32Array;
  /** Examples one after another with the same number are windows of one sentence. */
  readonly sentence?: number | undefined;
};

/**
 * Spans of tags, from `vectors.scores` `[targets, labels]`, whose rows are the labelled tokens of the examples in turn.
 * Undefined where the tags are of no scheme, and only single ones can be right.
 */
export function scoredTags(names: readonly string[]): Scored<Tagged> | undefined {
  const scheme = detectScheme([names]);
  if (scheme === null) return undefined;
  return collected<Tagged, readonly string[]>({
    metrics: ['span_f1', 'span_f1_strict'],
    read(placed, vectors) {
      const scores = vectorOf(vectors, 'scores');
      let at = 0;
      return placed.map(({ example: { labels } }) =>
        Array.from(
          labels.filter((label) => label >= 0),
          () => {
            const from = at++ * names.length;
            return names[argmax(scores.subarray(from, from + names.length))] ?? 'O';
          },
        ),
      );
    },
    figures(examples, answers) {
      const gold = examples.map(({ labels }) =>
        [...labels].filter((label) => label >= 0).map((label) => names[label] as string),
      );
      const sentences = examples.map(({ sentence }) => sentence);
      const [wanted, given] = [joined(gold, sentences), joined(answers, sentences)];
      return {
        span_f1: spanScores(wanted, given).micro.f1,
        span_f1_strict: spanScores(wanted, given, scheme).micro.f1,
      };
    },
  });
}

/** The tags of whole sentences from those of their windows. */
function joined(
  tags: readonly (readonly string[])[],
  sentences: readonly (number | undefined)[],
): string[][] {
  const whole: string[][] = [];
  for (const [at, own] of tags.entries()) {
    const sentence = sentences[at];
    const goesOn = at > 0 && sentence !== undefined && sentence === sentences[at - 1];
    if (goesOn) whole.at(-1)?.push(...own);
    else whole.push([...own]);
  }
  return whole;
}
