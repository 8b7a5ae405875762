/**
 * Prints what the engine estimates of peak memory beside what is then measured, each in a process of its own.
 *
 *     npm run bench:memory [-- --case <name>] [--out <file>] [--kernels off]
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { withKeptMemory } from '@lathe/engine/allocator';
import type { MemoryEstimate } from '@lathe/engine/internal/memory/memory-estimate';
import { memoryCase, memoryCases } from './memory/cases.ts';

const { values } = parseArgs({
  options: { case: { type: 'string' }, out: { type: 'string' }, kernels: { type: 'string' } },
});

/** What a training process prints of itself. */
type Measured = { readonly peak: number; readonly seconds: number; readonly loss: number };

const own = values.kernels === undefined ? [] : ['--kernels', values.kernels];
const program = fileURLToPath(new URL('memory/run.ts', import.meta.url));
const rows = [
  '| run | mapped | packed | state | gradients | in the runtime | fixed | estimate | measured | estimate / measured | seconds a step |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];
for (const { name, title } of values.case === undefined ? memoryCases : [memoryCase(values.case)]) {
  const estimate = await ran<MemoryEstimate>(name, '--estimate');
  const { peak, seconds } = await ran<Measured>(name);
  const { mapped, packed, state, gradients, arena, runtime, total } = estimate;
  const sizes = [mapped, packed, state, gradients, arena, runtime, total, peak].map(mebibytes);
  rows.push(`| ${[title, ...sizes, (total / peak).toFixed(2), seconds.toFixed(2)].join(' | ')} |`);
  console.error(rows.at(-1));
}
console.log(rows.join('\n'));
if (values.out !== undefined) await writeFile(values.out, `${rows.join('\n')}\n`);

/** Runs a case in a process of its own and reads the JSON that it prints. */
async function ran<T>(name: string, ...flags: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, '--case', name, ...own, ...flags],
    { env: withKeptMemory(process.env) },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
