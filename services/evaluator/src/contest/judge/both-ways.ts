import type { Contestant } from '@lathe/contracts/artifact/report';
import type { Judgement } from './judge.ts';

/**
 * Models that were taught by pairs of answers, judged by the pairs and by what they write: the pairs decide. Every contestant has
 * the metrics of both, what is right as a whole is what it wrote, and comparisons by what was written name their metric.
 */
export function judgedBothWays(pairs: Judgement, written: Judgement): Judgement {
  const names = [...pairs.contestants, ...written.contestants].map(({ name }) => name);
  return {
    ...pairs,
    contestants: [...new Set(names)].map((name) => {
      const own = contestantOf(pairs, name);
      const writer = contestantOf(written, name);
      const either = { ...own, ...writer } as Contestant;
      return { ...either, metrics: { ...own?.metrics, ...writer?.metrics } };
    }),
    comparisons: [
      ...pairs.comparisons,
      ...written.comparisons.map((each) => ({ ...each, metric: written.headline })),
    ],
    notes: [...pairs.notes, ...written.notes],
    ...(written.labels && { labels: written.labels }),
    samples: pairs.samples.map((sample) => ({
      ...sample,
      answers: bothAnswers(
        sample.answers,
        written.samples.find(({ line }) => line === sample.line)?.answers ?? {},
      ),
    })),
  };
}

function contestantOf({ contestants }: Judgement, name: Contestant['name']) {
  return contestants.find((each) => each.name === name);
}

/** What was written, and behind it how likely either answer is. */
function bothAnswers(
  pairs: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set([...Object.keys(pairs), ...Object.keys(written)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const scores = pairs[name];
      const parts = [written[name], scores && `(${scores})`];
      return [name, parts.filter((part) => part !== undefined).join('\n')];
    }),
  );
}
