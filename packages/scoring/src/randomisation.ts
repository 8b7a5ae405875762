import { type BootstrapOptions, type Metric, rowsByCluster } from './bootstrap.ts';
import { seededRandom } from './random.ts';

/**
 * How likely two contestants that are equally good differ in a metric as much as these two do: approximate randomisation (Noreen 1989;
 * Riezler and Maxwell 2005). The answers of a row, or of all rows of a cluster, change sides by chance, so often that the share of times
 * at which the difference is as large is known, counted as (k + 1)/(draws + 1). `metric` knows the rows twice, answered by one from 0 on
 * and by the other from `rows` on. The same for the same seed.
 *
 * @example
 * const values = [1, 1, 1, 0, 0, 1];
 * const mean: Metric = (draw) => Array.from(draw).reduce((sum, row) => sum + (values[row] ?? 0), 0) / draw.length;
 * randomisationTest(3, mean, { seed: 0 }); // about 0.5
 */
export function randomisationTest(
  rows: number,
  metric: Metric,
  { seed, draws = 1000, clusters }: BootstrapOptions,
): number {
  const random = seededRandom(seed);
  const groups = rowsByCluster(rows, clusters) ?? Array.from({ length: rows }, (_, row) => [row]);
  const one = Int32Array.from({ length: rows }, (_, row) => row);
  const other = one.map((row) => rows + row);
  const difference = () => metric(one) - metric(other);
  // Sums in another order differ in their last bits.
  const seen = Math.abs(difference()) * (1 - 1e-9);
  let asLarge = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (const group of groups) {
      const shift = random() < 0.5 ? 0 : rows;
      for (const row of group) {
        one[row] = row + shift;
        other[row] = row + rows - shift;
      }
    }
    if (!(Math.abs(difference()) < seen)) asLarge++;
  }
  return (asLarge + 1) / (draws + 1);
}
