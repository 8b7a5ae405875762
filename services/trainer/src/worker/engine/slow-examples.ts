import type { SeenExample } from '@lathe/engine/example-losses';

/** Examples that are named at most. */
const mostNamed = 20;
/** Loss of a target from which on its right answer is less likely than not, in nats. */
const evenOdds = Math.LN2;
/** How many times the loss of the middle example one has at least, and how much of its own first loss. */
const timesMiddle = 4;
const shareOfFirst = 1 / 2;

/**
 * The examples that a run does not learn while it learns the others, the highest loss first: at its last showing one has lost less
 * than half of its first loss, has four times the loss of the middle example, and its targets are less likely than not.
 */
export function slowExamples(seen: readonly SeenExample[]): SeenExample[] {
  const losses = seen.map(({ last }) => last).toSorted((a, b) => a - b);
  const middle = losses[Math.floor(losses.length / 2)] ?? 0;
  return seen
    .filter(
      ({ first, last }) =>
        last >= evenOdds && last >= timesMiddle * middle && last > shareOfFirst * first,
    )
    .toSorted((a, b) => b.last - a.last || a.example - b.example)
    .slice(0, mostNamed);
}
