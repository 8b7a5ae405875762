import { usualEvaluationRows } from '@lathe/contracts/http/fine-tuning';
import { detectableGain, rowsForRates } from '@lathe/scoring/power';

/** Share of rows that only one of two models is right about, as it is often seen. */
const discordance = 0.2;

/**
 * What so many held-out rows, of which at most `most` are scored, can show, before anything is trained on: the smallest gain in right
 * answers that a verdict finds in 80 of 100 cases, where one row of five is answered differently. `gain` is null where no such gain is
 * small enough.
 */
export function whatRowsShow(
  heldOut: number,
  most = usualEvaluationRows,
): { readonly gain: number | null; readonly told: string } {
  const rows = Math.min(heldOut, most);
  if (rows === 0) return { gain: null, told: '' };
  const gain = detectableGain(rows, discordance);
  const needed = rowsForRates({ gain: 0.05, discordance });
  const five = gain === null ? 'a gain of 5 points' : 'one of 5';
  const advice = rows >= needed ? '' : `; ${needed} rows would show ${five}`;
  const noun = rows === 1 ? 'row' : 'rows';
  const which =
    rows === heldOut ? `${rows} held-out ${noun}` : `${rows} scored ${noun} of ${heldOut}`;
  const shown =
    gain === null
      ? `${rows === 1 ? 'is' : 'are'} too few to tell a gain from chance`
      : `show a gain of ${Math.ceil(100 * gain)} points`;
  return { gain, told: ` ${which} ${shown}${advice}.` };
}
