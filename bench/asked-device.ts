import { cpuDevice } from '@lathe/engine/cpu';
import { cpuSessions, kernelChoices } from '@lathe/engine/cpu-binding';

/**
 * The CPU as the flags of a bench ask for it. Throws where ONNX Runtime cannot be called so, or there are no such
 * kernels: others would be measured than those that were asked for.
 */
export async function askedDevice(flags: {
  readonly binding: string;
  readonly kernels: string;
  readonly threads: string;
  readonly profile: string | undefined;
}): Promise<ReturnType<typeof cpuDevice>> {
  const binding = flags.binding === 'node' ? 'node' : 'c-api';
  const kernels = kernelChoices.find((choice) => choice === flags.kernels);
  const { problem, kernelProblem } = await cpuSessions({ binding, kernels });
  if (problem !== undefined) throw new Error(`the C API cannot be called here: ${problem}`);
  if (kernels === undefined) throw new RangeError(`no kernels are called "${flags.kernels}"`);
  if (kernelProblem !== undefined) throw new Error(`there are no kernels here: ${kernelProblem}`);
  return cpuDevice({
    ...{ binding, kernels },
    threads: Number(flags.threads),
    ...(flags.profile === undefined ? {} : { profilePrefix: flags.profile }),
  });
}
