import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { withKeptMemory } from './allocator.ts';

it('leaves alone what the environment says of the allocator', () => {
  const own = { GLIBC_TUNABLES: 'glibc.malloc.check=0', HOME: '/' };
  expect(withKeptMemory(own)).toEqual(own);
  expect(withKeptMemory({ HOME: '/' })).toMatchObject({ HOME: '/' });
});

/** Prints the page faults of making and dropping twenty arrays of 8 MiB five times, beyond those of the first time. */
const program = `
const faults = () => process.resourceUsage().minorPageFault;
const churn = () => {
  const made = Array.from({ length: 20 }, () => new Uint8Array(8 * 2 ** 20).fill(1));
  for (const { buffer } of made) buffer.transfer(0);
};
churn();
const before = faults();
for (let at = 0; at < 5; at++) churn();
console.log(faults() - before);`;

/** The same by another thread, as sessions of the C API have one. */
const threaded = `new (require('node:worker_threads').Worker)(${JSON.stringify(program)}, { eval: true })`;

function faults(script: string, env: NodeJS.ProcessEnv): number {
  return Number(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }));
}

const { header } = process.report.getReport() as { header: object };

it.runIf('glibcVersionRuntime' in header).each([
  ['its first thread', program],
  ['another thread', threaded],
])('spares a process the pages of what it has freed on %s', (_, script) => {
  const { GLIBC_TUNABLES: __, ...plain } = process.env;
  expect(faults(script, { ...withKeptMemory(plain) })).toBeLessThan(faults(script, plain) / 4);
});
