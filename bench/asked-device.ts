import { cpuDevice } from '@lathe/engine/cpu';
import {
  bindingChoices,
  cpuSessions,
  kernelChoices,
  paddingChoices,
} from '@lathe/engine/cpu-binding';

/**
 * The CPU as the flags of a bench ask for it. `auto` is what a worker would take; throws where something is asked for by its
 * name and is not there: others would be measured than those that were asked for.
 */
export async function askedDevice(flags: {
  readonly binding: string;
  readonly kernels: string;
  /** Whether widths are padded; they are not when absent. */
  readonly padding?: string;
  readonly threads: string;
  readonly profile: string | undefined;
}): Promise<ReturnType<typeof cpuDevice>> {
  const binding = bindingChoices.find((choice) => choice === flags.binding);
  const kernels = kernelChoices.find((choice) => choice === flags.kernels);
  const padding = paddingChoices.find((choice) => choice === (flags.padding ?? 'off'));
  if (binding === undefined) throw new RangeError(`no binding is called "${flags.binding}"`);
  if (kernels === undefined) throw new RangeError(`no kernels are called "${flags.kernels}"`);
  if (padding === undefined) throw new RangeError(`no padding is called "${flags.padding}"`);
  const { problem, kernelProblem } = await cpuSessions({ binding, kernels });
  told(problem, `the C API cannot be called here: ${problem}`, binding);
  told(kernelProblem, `there are no kernels here: ${kernelProblem}`, kernels);
  return cpuDevice({
    ...{ binding, kernels, padding },
    threads: Number(flags.threads),
    ...(flags.profile === undefined ? {} : { profilePrefix: flags.profile }),
  });
}

function told(problem: string | undefined, sentence: string, choice: string): void {
  if (problem === undefined) return;
  if (choice !== 'auto') throw new Error(sentence);
  console.error(sentence);
}
