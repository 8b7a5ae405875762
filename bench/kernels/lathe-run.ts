/**
 * Multiplies what it is told on its standard input by this engine, and prints GFLOP/s of each as JSON; main.ts runs it.
 *
 *     node bench/kernels/lathe-run.ts --kernels auto|avx512|avx2|plain|off --threads <n>
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { cpuDevice } from '@lathe/engine/cpu';
import { cpuSessions, kernelChoices } from '@lathe/engine/cpu-binding';
import { input } from '@lathe/engine/internal/graph/value';
import { matmul } from '@lathe/engine/internal/ops/matmul';
import { fillUniform, rootSeed } from '@lathe/engine/seed';
import type { Product } from './products.ts';

/** A run has as many equal products as take about this many operations, so that starting it weighs little. */
const operationsOfRun = 2e8;
const mostProducts = 32;
const fewestRuns = 4;
const measuredMs = 150;

const { values } = parseArgs({
  options: { kernels: { type: 'string' }, threads: { type: 'string', default: '1' } },
});
const kernels = kernelChoices.find((choice) => choice === values.kernels);
const threads = Number(values.threads);
const choice = { binding: 'c-api', kernels } as const;
const { problem, kernelProblem } = await cpuSessions(choice);
const failed = problem ?? kernelProblem;
if (failed !== undefined) throw new Error(`these kernels cannot be measured here: ${failed}`);
const device = cpuDevice({ ...choice, threads });

/** On one thread the processor's time, which other work on the machine disturbs less. */
function nowMs(): number {
  if (threads > 1) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function random(shape: readonly number[]) {
  const data = fillUniform(new Float32Array(shape.reduce((a, b) => a * b, 1)), rootSeed(2), 1);
  return { data, shape, dtype: 'float32' } as const;
}

async function rate({ form, rows, depth, columns }: Product): Promise<number> {
  const aShape = form === 'Aᵀ·B' ? [depth, rows] : [rows, depth];
  const bShape = form === 'A·Bᵀ' ? [columns, depth] : [depth, columns];
  const [a, b] = [input('a', aShape), input('b', bShape)];
  const sides = { transA: form === 'Aᵀ·B', transB: form === 'A·Bᵀ' };
  const operations = 2 * rows * depth * columns;
  const count = Math.min(mostProducts, Math.max(1, Math.round(operationsOfRun / operations)));
  const names = Array.from({ length: count }, (_, at) => `y${at}`);
  const outputs = Object.fromEntries(names.map((name) => [name, matmul(a, b, sides)]));
  const program = await device.compile({ outputs });
  const places = Object.fromEntries(names.map((name) => [name, random([rows, columns])]));
  const feeds = { a: random(aShape), b: random(bShape) };
  const taken: number[] = [];
  const begun = nowMs();
  for (let run = 0; run < fewestRuns || nowMs() - begun < measuredMs; run++) {
    const started = nowMs();
    await program.run(feeds, places);
    taken.push(nowMs() - started);
  }
  await program.dispose();
  // Not the best: the processor's time is told too short now and then.
  const median = taken.sort((one, other) => one - other)[Math.floor(taken.length / 2)] as number;
  return (count * operations) / median / 1e6;
}

const rates: number[] = [];
for (const product of JSON.parse(await text(process.stdin)) as Product[])
  rates.push(await rate(product));
console.log(JSON.stringify(rates));
process.exit();
