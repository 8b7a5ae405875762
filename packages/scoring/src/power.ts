import { drawnSignificance } from './drawn-significance.ts';
import { normalPoint } from './student.ts';

/**
 * How often a gain is to be found, where a difference by chance is taken for one in 5 of 100 cases, either way. The formulas hold for many
 * rows: two cases of 100 are added, so that 80 are kept for few.
 */
const [significance, power] = [0.05, 0.82];
/** The same where two tests have to find it that are drawn (compare.ts): what one of them misses the other may have found. */
const drawnPower = 0.85;
/** Of fewer rows the normal distribution says too little. */
const leastRows = 30;
/** Rows that differ, all to the better, which the exact McNemar test needs: 2/2^6 is the first below 0.05. */
const leastUneven = 6;
const reach = normalPoint(significance / 2) + normalPoint(1 - power);
/** Half of the p-value below which a difference that is drawn is told (compare.ts). */
const drawnTail = drawnSignificance / 2;

/** Two contestants on the same rows. */
export type PairedRates = {
  /** How much larger the share of right answers is, from 0 to 1. */
  readonly gain: number;
  /** Share of rows that only one of the two is right about; at least the gain. */
  readonly discordance: number;
};

/**
 * Rows that are needed for the exact McNemar test to find a gain in 80 of 100 cases. Connor's (1987) number
 * (z_0.025 + z_0.18)² (discordance − gain²) / gain², which with z_0.2 is 621 for 5 points at 20 % and holds for the test without its continuity
 * correction, made larger by what that costs: √n' · gain − 1/√n' in place of √n · gain. It is never fewer than those among which six
 * differ: of five, all to the better, the test finds nothing.
 *
 * @example rowsForRates({ gain: 0.1, discordance: 0.3 }); // 260
 */
export function rowsForRates({ gain, discordance }: PairedRates): number {
  // 0 where all rows differ, and all to the better: there is no scatter.
  const plain = (reach ** 2 * (discordance - gain ** 2)) / gain ** 2;
  const needed = (Math.sqrt(plain / 4) + Math.sqrt(plain / 4 + 1 / gain)) ** 2;
  return Math.ceil(Math.max(needed, leastUneven / discordance));
}

/**
 * The smallest gain in the share of right answers that so many rows show in 80 of 100 cases; null where not even all rows that differ,
 * turned to the better, would.
 *
 * @example detectableGain(100, 0.2); // 0.133
 */
export function detectableGain(rows: number, discordance: number): number | null {
  const suffice = (gain: number) => rowsForRates({ gain, discordance }) <= rows;
  // Where nearly all that differ differ to the better, the formula knows no scatter and asks for too little.
  let [low, high] = [0, discordance];
  if (!suffice(high)) return null;
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (suffice(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** A difference that was measured, with how far it varies. */
export type MeasuredDifference = {
  readonly gain: number;
  readonly standardError: number;
  readonly rows: number;
};

/**
 * Rows of the same kind that are needed to find a gain in 80 of 100 cases, of any metric and also where rows come in clusters: the
 * standard error falls as 1/√rows and must be the gain / (z_0.0175 + z_0.15) (Miller 2024, section 5, at the level of tests that are
 * drawn); and z_0.0175²/2 more, which is what Student's tails cost against the normal's (Guenther 1981); 30 at least.
 *
 * @example rowsForDifference({ gain: 0.1, standardError: 0.05, rows: 100 }); // 250
 */
export function rowsForDifference({ gain, standardError, rows }: MeasuredDifference): number {
  const point = normalPoint(drawnTail);
  const reachDrawn = point + normalPoint(1 - drawnPower);
  const needed = rows * ((reachDrawn * standardError) / gain) ** 2 + point ** 2 / 2;
  return Math.max(leastRows, Math.ceil(needed));
}
