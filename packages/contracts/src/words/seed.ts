/**
 * That the rows which a report tells as held out need not be those of a job, since they go by the seed.
 * @example splitSeedText(1); // 'The seed 1 chose the rows that are held out; …'
 */
export function splitSeedText(seed: number): string {
  return `The seed ${seed} chose the rows that are held out; a job without a seed draws its own, and its numbers of rows differ a little.`;
}
