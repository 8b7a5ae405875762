/**
 * For tests: runs a graph by the C API and prints what a product too small for full precision came to there, what the
 * least number is to this thread then, and whether this thread went on while the graph ran.
 */
import { input } from '../../graph/value.ts';
import { mul } from '../../ops/elementwise.ts';
import { matmul } from '../../ops/matmul.ts';
import { cpuDevice } from '../cpu.ts';

const size = 1024;
const x = input('x', [1]);
const wide = input('wide', [size, size]);
let product = wide;
for (let at = 0; at < 4; at++) product = matmul(product, wide);
const device = cpuDevice({ threads: 1, binding: 'c-api' });
const program = await device.compile({ outputs: { y: mul(x, 0.5), product } });
let turns = 0;
const turn = (): void => {
  turns++;
  next = setImmediate(turn);
};
let next = setImmediate(turn);
const { y } = await program.run({
  x: { data: Float32Array.of(2 ** -126), shape: [1], dtype: 'float32' },
  wide: { data: new Float32Array(size * size), shape: [size, size], dtype: 'float32' },
});
clearImmediate(next);
await program.dispose();
const least = Number('5e-324') * 1;
// A run that blocks lets one turn through before it, and none while it goes on.
console.log(JSON.stringify({ flushed: y?.data[0], least, isFree: turns > 3 }));
