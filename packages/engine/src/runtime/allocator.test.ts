import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { withKeptMemory } from './allocator.ts';

it('leaves alone what the environment says of the allocator', () => {
  const own = { GLIBC_TUNABLES: 'glibc.malloc.check=0', HOME: '/' };
  expect(withKeptMemory(own)).toEqual(own);
  expect(withKeptMemory({ HOME: '/' })).toMatchObject({ HOME: '/' });
});

/** Page faults of making and dropping an array of 64 MiB twenty times, beyond those of the first time. */
const program = `
const faults = () => process.resourceUsage().minorPageFault;
const churn = () => new ArrayBuffer(64 * 2 ** 20).transfer(0);
churn();
const before = faults();
for (let at = 0; at < 20; at++) { const b = new Uint8Array(64 * 2 ** 20); b.fill(1); b.buffer.transfer(0); }
console.log(faults() - before);`;

function faults(env: NodeJS.ProcessEnv): number {
  return Number(execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' }));
}

const { header } = process.report.getReport() as { header: object };

it.runIf('glibcVersionRuntime' in header)('spares a process the pages of what it has freed', () => {
  const { GLIBC_TUNABLES: _, ...plain } = process.env;
  expect(faults({ ...withKeptMemory(plain) })).toBeLessThan(faults(plain) / 4);
});
