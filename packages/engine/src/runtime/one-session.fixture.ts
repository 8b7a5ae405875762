/** For tests: opens one session, runs it, and prints what it answers; in a thread when asked to. */
import { isMainThread, Worker } from 'node:worker_threads';
import { input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';

const [, , where] = process.argv;
if (isMainThread && where === 'thread') new Worker(new URL(import.meta.url), { argv: [where] });
else {
  const { cpuDevice } = await import('./cpu.ts');
  const x = input('x', [2]);
  const program = await cpuDevice({ threads: 1 }).compile({ outputs: { y: mul(x, x) } });
  const data = Float32Array.of(2, 3);
  const { y } = await program.run({ x: { data, shape: [2], dtype: 'float32' } });
  console.log([...(y?.data ?? [])].join());
  await program.dispose();
}
