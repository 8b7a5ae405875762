import { cpuSessions } from '@lathe/engine/cpu-binding';
import type { Device } from '@lathe/engine/device';
import { openDevice } from '@lathe/engine/open-device';
import type { EngineTask, FromEngine } from './engine-message.ts';

/** The device of a task. The job is told where ONNX Runtime is not called as the settings say. */
export async function taskDevice(
  { device, threads, binding }: Pick<EngineTask, 'device' | 'threads' | 'binding'>,
  send: (message: FromEngine) => void,
): Promise<Device> {
  if (device === 'cpu') {
    const { problem } = await cpuSessions(binding);
    const text = `ONNX Runtime's C API cannot be called on this machine, so its package for Node is used: ${problem}`;
    if (problem !== undefined) send({ kind: 'log', level: 'warn', text });
  }
  return openDevice(device, { binding, ...(threads === 0 ? {} : { threads }) });
}
