import { availableParallelism } from 'node:os';
import { encodeModel } from '../onnx/encode.ts';
import { type CpuBinding, cpuSessions } from './cpu-binding.ts';
import type { Device } from './device.ts';
import { commonEntries, weightFolder } from './session-settings.ts';

export type CpuOptions = {
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads?: number | undefined;
  /** Where ONNX Runtime writes the time of every operator: `<prefix>_<date>.json`, one a program. */
  readonly profilePrefix?: string | undefined;
  /** How ONNX Runtime is called; the same bits come out. */
  readonly binding?: CpuBinding | undefined;
};

/**
 * The CPU of this machine, through ONNX Runtime.
 * @example const device = cpuDevice({ threads: 2 });
 */
export function cpuDevice({ threads, profilePrefix, binding }: CpuOptions = {}): Device {
  return {
    name: 'cpu',
    updatesOnHost: true,
    halfProducts: async () => 'rounded',
    hostThreads: threads ?? availableParallelism(),
    async compile(graph, { mapFolder, arena = true, prepack = false, lends = false } = {}) {
      const folder = mapFolder ?? weightFolder(graph);
      const model = encodeModel(graph, { device: 'cpu', folder });
      const { open } = await cpuSessions(binding);
      const entries = {
        ...commonEntries(folder),
        'session.disable_prepacking': prepack ? '0' : '1',
        // Threads that look for work after a run take the processor from whoever has some.
        'session.force_spinning_stop': '1',
      };
      return open(model, { threads, profilePrefix, arena, entries, lends });
    },
  };
}
