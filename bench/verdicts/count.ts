/** A thread of `npm run bench:verdicts`: pilots of kinds of experiments, and experiments counted. */

import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { seededRandom } from '@lathe/scoring/random';
import { kinds, unevenKind } from './kinds.ts';

/** So many experiments of a kind, all from one seed. */
export type Counted = {
  readonly kind: string;
  readonly experiments: number;
  readonly rows: number;
  readonly shift: number;
  readonly seed: number;
};
export type Task = Counted | { readonly kind: string; readonly gain: number };
/** What a pilot says of a gain. */
export type Pilot = { readonly rows: number; readonly shift: number };

function countImproved({ kind: name, experiments, rows, shift, seed }: Counted): number {
  const random = seededRandom(seed);
  let count = 0;
  for (let each = 0; each < experiments; each++)
    if (kindNamed(name).compare(rows, shift, random).verdict === 'improved') count++;
  return count;
}

function kindNamed(name: string) {
  const found = [...kinds, unevenKind].find((kind) => kind.name === name);
  if (found === undefined) throw new RangeError(`there is no kind ${name}`);
  return found;
}

function pilotOf(name: string, gain: number): Pilot {
  const kind = kindNamed(name);
  return { rows: kind.advised(gain), shift: kind.shiftFor(gain) };
}

serveTasks((told) => {
  const task = told as Task;
  return 'gain' in task ? pilotOf(task.kind, task.gain) : countImproved(task);
});
