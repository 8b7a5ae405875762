/**
 * How often a verdict is wrong: 1,000 experiments of each kind in which both contestants are equally good, and 1,000 in which the tuned
 * one is 10 points better on as many rows as are advised for that.
 *
 *     npm run bench:verdicts [-- --experiments 1000] [--rows 60]
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '@lathe/scoring/random';
import { wilson } from '@lathe/scoring/wilson';
import { type Kind, kinds, type Random } from './kinds.ts';

const { values } = parseArgs({
  options: {
    experiments: { type: 'string', default: '1000' },
    /** Of experiments without a difference, beside the advised number. */
    rows: { type: 'string', default: '60' },
  },
});
const experiments = Number(values.experiments);
const gain = 0.1;

/** How many of the experiments end in this verdict. */
function count(
  { compare }: Kind,
  { rows, shift, verdict }: { rows: number; shift: number; verdict: string },
  random: Random,
): number {
  let found = 0;
  for (let at = 0; at < experiments; at++)
    if (compare(rows, shift, random).verdict === verdict) found++;
  return found;
}

function share(found: number): string {
  const { rate, low, high } = wilson(found, experiments);
  return [rate, low, high]
    .map((value) => (100 * value).toFixed(1))
    .reduce(
      (text, value, at) => (at === 0 ? `${value} %` : `${text}${at === 1 ? ' (' : ' to '}${value}`),
      '',
    )
    .concat(')');
}

console.log(
  '| kind | rows | improved without a difference | rows advised | improved by chance there | gain of 10 points found |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const [at, kind] of kinds.entries()) {
  const random = seededRandom(1000 + at);
  const few = Number(values.rows);
  const advised = kind.advised(gain);
  const cells = [
    kind.name,
    few,
    share(count(kind, { rows: few, shift: 0, verdict: 'improved' }, random)),
    advised,
    share(count(kind, { rows: advised, shift: 0, verdict: 'improved' }, random)),
    share(count(kind, { rows: advised, shift: kind.shiftFor(gain), verdict: 'improved' }, random)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
