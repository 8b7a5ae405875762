import { child, permutation, type Seed } from '../nn/seed.ts';

/**
 * Which examples each epoch shows, as many as there are, so that every class of `strata` (of each example) has as
 * many, give or take one. A class goes through its examples in an order drawn anew for each round, and goes on in the next
 * epoch where it ended: all of its examples are seen as often. The same whenever it is asked for.
 */
export function balancedOrder(strata: Int32Array, seed: Seed): (epoch: number) => Int32Array {
  const members = new Map<number, number[]>();
  for (const [example, stratum] of strata.entries()) {
    const known = members.get(stratum);
    if (known === undefined) members.set(stratum, [example]);
    else known.push(example);
  }
  const classes = [...members].toSorted(([a], [b]) => a - b);
  return (epoch) => {
    const shown = new Int32Array(strata.length);
    let at = 0;
    for (const [place, [stratum, examples]] of classes.entries()) {
      // Draw number d belongs to the class d modulo the number of classes, however epochs part the draws.
      const first = drawsBefore(epoch * strata.length, place, classes.length);
      const end = drawsBefore((epoch + 1) * strata.length, place, classes.length);
      let round = -1;
      let order: Int32Array = new Int32Array();
      for (let draw = first; draw < end; draw++) {
        const wanted = Math.floor(draw / examples.length);
        if (wanted !== round) {
          round = wanted;
          order = permutation(child(seed, 'balanced', stratum, round), examples.length);
        }
        shown[at++] = examples[order[draw % examples.length] as number] as number;
      }
    }
    return shown;
  };
}

/** How many of the first `draws` draws belong to the class at a place. */
function drawsBefore(draws: number, place: number, classes: number): number {
  return Math.floor((draws - place + classes - 1) / classes);
}

/**
 * The class of each example by its labels: the rarest of them, by the number of examples that have it, and the first of these
 * where two are as rare; −1 for an example without any.
 */
export function strataOf(labels: readonly ArrayLike<number>[]): Int32Array {
  const counts = new Map<number, number>();
  const sets = labels.map((each) => [...new Set(Array.from(each))].toSorted((a, b) => a - b));
  for (const each of sets)
    for (const label of each) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Int32Array.from(sets, (each) =>
    each.reduce(
      (rarest, label) =>
        rarest < 0 || (counts.get(label) ?? 0) < (counts.get(rarest) ?? 0) ? label : rarest,
      -1,
    ),
  );
}
