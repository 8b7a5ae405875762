/**
 * How often a verdict is wrong: 1,000 experiments of each kind in which both contestants are equally good, and 1,000 in which the tuned
 * one is 10 points better on as many rows as are advised for that. With several seeds as many of each; the largest share of one
 * seed stands behind. Ends with 1 where a share of all is beyond its goal.
 *
 *     npm run bench:verdicts [-- --experiments 1000] [--rows 60] [--seeds 1] [--kind ROUGE]
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '@lathe/scoring/random';
import { wilson } from '@lathe/scoring/wilson';
import { type Kind, kinds, unevenKind } from './kinds.ts';

const { values } = parseArgs({
  options: {
    experiments: { type: 'string', default: '1000' },
    /** Of experiments without a difference, beside the advised number. */
    rows: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '1' },
    /** Only those whose names have this in them. */
    kind: { type: 'string', default: '' },
  },
});
const experiments = Number(values.experiments);
const seeds = Number(values.seeds);
const gain = 0.1;
const [mostByChance, leastFound] = [0.025, 0.8];

/** The share of experiments that end in *improved*, as text, and whether it reaches its goal. */
function improved(
  { compare }: Kind,
  { rows, shift, seed }: { rows: number; shift: number; seed: number },
): { readonly text: string; readonly isGood: boolean } {
  const found = Array.from({ length: seeds }, (_, at) => {
    const random = seededRandom(seed + 100 * at);
    let count = 0;
    for (let each = 0; each < experiments; each++)
      if (compare(rows, shift, random).verdict === 'improved') count++;
    return count;
  });
  const total = found.reduce((sum, count) => sum + count, 0);
  const { rate, low, high } = wilson(total, seeds * experiments);
  const furthest = shift === 0 ? Math.max(...found) : Math.min(...found);
  const [share, from, to, ofOne] = [rate, low, high, furthest / experiments].map((value) =>
    (100 * value).toFixed(1),
  );
  const least = shift === 0 ? 'most' : 'least';
  return {
    text: `${share} % (${from} to ${to})${seeds > 1 ? `, at ${least} ${ofOne}` : ''}`,
    isGood: shift === 0 ? rate <= mostByChance : rate >= leastFound,
  };
}

const few = Number(values.rows);
console.log(
  '| kind | rows | improved without a difference | rows advised | improved by chance there | gain of 10 points found |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const [at, kind] of kinds.entries()) {
  if (!kind.name.includes(values.kind)) continue;
  const advised = kind.advised(gain);
  const shares = [
    { rows: few, shift: 0 },
    { rows: advised, shift: 0 },
    { rows: advised, shift: kind.shiftFor(gain) },
  ].map((each, column) => improved(kind, { ...each, seed: 1000 + 10 * at + column }));
  const [atFew, byChance, withGain] = shares.map(({ text }) => text);
  console.log(`| ${[kind.name, few, atFew, advised, byChance, withGain].join(' | ')} |`);
  if (shares.some(({ isGood }) => !isGood)) process.exitCode = 1;
}
for (const rows of unevenKind.name.includes(values.kind) ? [few, 4 * few] : []) {
  const { text } = improved(unevenKind, { rows, shift: 0, seed: 1090 });
  console.log(`${unevenKind.name}, without a difference, ${rows} rows: ${text}`);
}
