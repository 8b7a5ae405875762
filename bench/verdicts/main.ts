/**
 * How often a verdict is wrong: 1,000 experiments of each kind in which both contestants are equally good, and 1,000 in which the tuned
 * one is 10 points better on as many rows as are advised for that. With several seeds as many of each; the largest share of one
 * seed stands behind. Ends with 1 where a share of all is beyond its goal.
 *
 *     npm run bench:verdicts [-- --experiments 1000] [--rows 60] [--seeds 1] [--kind ROUGE]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createLogger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import { wilson } from '@lathe/scoring/wilson';
import type { Pilot, Task } from './count.ts';
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

const pool = createThreadPool(availableParallelism(), {
  program: new URL('count.ts', import.meta.url),
  name: 'experiments',
  taskMs: 2 ** 31 - 1,
  log: createLogger({ logLevel: 'warn', logFormat: 'text' }, 'bench'),
});
const signal = new AbortController().signal;
let asked = 0;
// Each is a project of its own, since one alone would leave half of the threads to others.
const ask = (task: Task): Promise<unknown> =>
  pool.run({ project: String(asked++), size: 1, task, signal });

/** The share of experiments that end in *improved*, as text, and whether it reaches its goal. */
async function improved(
  kind: string,
  { rows, shift, seed }: { rows: number; shift: number; seed: number },
): Promise<{ readonly text: string; readonly isGood: boolean }> {
  const found = await Promise.all(
    Array.from({ length: seeds }, async (_, at) => {
      const count = await ask({ kind, experiments, rows, shift, seed: seed + 100 * at });
      return count as number;
    }),
  );
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

/** A kind's line of the table, and whether all of its goals are reached. */
async function lineOf({ name }: Kind, at: number) {
  const advised = (await ask({ kind: name, gain })) as Pilot;
  const shares = [{ rows: few, shift: 0 }, { rows: advised.rows, shift: 0 }, advised].map(
    (each, column) => improved(name, { ...each, seed: 1000 + 10 * at + column }),
  );
  const told = await Promise.all(shares);
  const [atFew, byChance, withGain] = told.map(({ text }) => text);
  return {
    text: `| ${[name, few, atFew, advised.rows, byChance, withGain].join(' | ')} |`,
    isGood: told.every(({ isGood }) => isGood),
  };
}

async function unevenLine(rows: number): Promise<string> {
  const { name } = unevenKind;
  const { text } = await improved(name, { rows, shift: 0, seed: 1090 });
  return `${name}, without a difference, ${rows} rows: ${text}`;
}

try {
  const isAsked = ({ name }: Kind) => name.includes(values.kind);
  const lines = kinds.flatMap((kind, at) => (isAsked(kind) ? [lineOf(kind, at)] : []));
  const uneven = isAsked(unevenKind) ? [few, 4 * few].map(unevenLine) : [];
  console.log(
    '| kind | rows | improved without a difference | rows advised | improved by chance there | gain of 10 points found |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const line of lines) {
    const { text, isGood } = await line;
    console.log(text);
    if (!isGood) process.exitCode = 1;
  }
  for (const line of uneven) console.log(await line);
} finally {
  await pool.stop();
}
