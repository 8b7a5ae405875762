import { describe } from 'vitest';
import { cpuDevice } from './cpu.ts';

/** Tests of products of bytes; where the processor has none that are exact they are skipped, and their name says why. */
export async function describeWithBytes(name: string, tests: () => void): Promise<void> {
  const problem = await cpuDevice().byteProducts?.();
  const why = problem === undefined ? '' : ` (skipped: ${problem})`;
  describe.runIf(problem === undefined)(`${name}${why}`, tests);
}
