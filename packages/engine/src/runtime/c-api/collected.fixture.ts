/** For tests: runs a graph by the C API many times, and prints how often. The test has it started with a busy collector. */
import { input } from '../../graph/value.ts';
import { mul } from '../../ops/elementwise.ts';
import { cpuDevice } from '../cpu.ts';

const x = input('x', [1]);
const program = await cpuDevice({ threads: 1, binding: 'c-api' }).compile({
  outputs: { y: mul(x, 2) },
});
let runs = 0;
for (; runs < 200; runs++)
  await program.run({ x: { data: Float32Array.of(1), shape: [1], dtype: 'float32' } });
await program.dispose();
console.log(runs);
