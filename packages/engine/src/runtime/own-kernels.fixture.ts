import { describe } from 'vitest';
import { cpuDevice } from './cpu.ts';
import { cpuSessions, type KernelChoice } from './cpu-binding.ts';
import type { Device } from './device.ts';

/** The widest instructions of this processor, those that most have, and plain C; each where it is there. */
const sets = ['auto', 'avx2', 'plain'] as const satisfies readonly KernelChoice[];

/** Tests of products by our own kernels, with each instruction set; where it is not there they are skipped, and their name says why. */
export async function describeWithKernels(
  tests: (device: Device, set: KernelChoice) => void,
  among: readonly (typeof sets)[number][] = sets,
): Promise<void> {
  for (const set of among) {
    const { problem, kernelProblem = problem } = await cpuSessions({
      binding: 'c-api',
      kernels: set,
    });
    const why = kernelProblem === undefined ? '' : ` (skipped: ${kernelProblem})`;
    describe.runIf(kernelProblem === undefined)(`products by the kernels "${set}"${why}`, () => {
      tests(cpuDevice({ threads: 2, binding: 'c-api', kernels: set }), set);
    });
  }
}
