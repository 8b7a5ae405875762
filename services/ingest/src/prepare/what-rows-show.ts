import { detectableGain, rowsForRates } from '@lathe/scoring/power';

/** Share of rows that only one of two models is right about, as it is often seen. */
const discordance = 0.2;

/**
 * What so many held-out rows can show, before anything is trained on: the smallest gain in right answers that a verdict finds in 80 of 100
 * cases, where one row of five is answered differently. `gain` is null where no such gain is small enough.
 */
export function whatRowsShow(rows: number): {
  readonly gain: number | null;
  readonly told: string;
} {
  const gain = rows === 0 ? null : detectableGain(rows, discordance);
  const needed = rowsForRates({ gain: 0.05, discordance });
  if (rows === 0) return { gain, told: '' };
  const advice = rows >= needed ? '' : `; ${needed} rows would show one of 5`;
  const told =
    gain === null
      ? ` ${rows} held-out rows are too few to tell a gain from chance${advice.replace('one of 5', 'a gain of 5 points')}.`
      : ` ${rows} held-out rows show a gain of ${Math.ceil(100 * gain)} points${advice}.`;
  return { gain, told };
}
