import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { withKeptMemory } from './allocator.ts';

it('leaves alone what the environment says of the allocator', () => {
  const own = { GLIBC_TUNABLES: 'glibc.malloc.check=0', HOME: '/' };
  expect(withKeptMemory(own)).toMatchObject(own);
  expect(withKeptMemory({ HOME: '/' })).toMatchObject({ HOME: '/' });
});

/** Prints the most bytes that the young part of the heap has while two million objects are made. */
const young = `
const { getHeapSpaceStatistics } = require('node:v8');
let most = 0, kept = [];
for (let at = 0; at < 2e6; at++) {
  kept.push({ at });
  if (at % 2e4 === 0) {
    kept = kept.slice(-1e5);
    const { space_size } = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    most = Math.max(most, space_size);
  }
}
console.log(most);`;

it('keeps the young part of the heap small, unless the environment says otherwise', () => {
  const { NODE_OPTIONS: _, ...plain } = process.env;
  const most = (environment: NodeJS.ProcessEnv): number =>
    Number(
      execFileSync(process.execPath, ['-e', young], { env: { ...environment }, encoding: 'utf8' }),
    );
  const own = { ...plain, NODE_OPTIONS: '--max-semi-space-size=16' };
  expect(most(withKeptMemory(plain))).toBeLessThanOrEqual(8 * 2 ** 20);
  expect(most(withKeptMemory(own))).toBeGreaterThan(8 * 2 ** 20);
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
