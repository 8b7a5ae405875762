import { cpuSessions, cudaBinding } from '@lathe/engine/cpu-binding';
import type { Device } from '@lathe/engine/device';
import { openDevice } from '@lathe/engine/open-device';
import type { EngineTask, FromEngine } from './engine-message.ts';

/** The device of a task. The job is told where the CPU, or how CUDA is called, is not as the settings say. */
export async function taskDevice(
  {
    device,
    threads,
    binding,
    kernels,
    padding,
  }: Pick<EngineTask, 'device' | 'threads' | 'binding' | 'kernels' | 'padding'>,
  send: (message: FromEngine) => void,
): Promise<Device> {
  const warn = (text: string): void => send({ kind: 'log', level: 'warn', text });
  if (device === 'cpu' || device === 'cuda') {
    const asked = device === 'cpu' ? { binding, kernels } : { binding: cudaBinding(binding) };
    const { problem, kernelProblem } = await cpuSessions(asked);
    if (problem !== undefined)
      warn(
        `ONNX Runtime's C API cannot be called on this machine, so its package for Node is used: ${problem}`,
      );
    if (kernelProblem !== undefined)
      warn(
        `Lathe's kernels cannot be used on this machine, so matrices are multiplied by ONNX Runtime: ${kernelProblem}`,
      );
  }
  return openDevice(device, { binding, kernels, padding, ...(threads === 0 ? {} : { threads }) });
}
