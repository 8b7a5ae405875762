import { availableParallelism } from 'node:os';
import { encodeModel } from '../onnx/encode.ts';
import type { CompileOptions, Device } from './device.ts';
import type { InferenceSession } from './onnxruntime.ts';
import { commonEntries, commonOptions, openSession, weightFolder } from './session.ts';
import { SessionProgram } from './session-program.ts';

export type CpuOptions = {
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads?: number | undefined;
  /** Where ONNX Runtime writes the time of every operator: `<prefix>_<date>.json`, one a program. */
  readonly profilePrefix?: string | undefined;
};

/**
 * The CPU of this machine, through ONNX Runtime.
 * @example const device = cpuDevice({ threads: 2 });
 */
export function cpuDevice({ threads, profilePrefix }: CpuOptions = {}): Device {
  return {
    name: 'cpu',
    updatesOnHost: true,
    halfProducts: async () => 'rounded',
    hostThreads: threads ?? availableParallelism(),
    async compile(graph, options = {}) {
      const folder = options.mapFolder ?? weightFolder(graph);
      const model = encodeModel(graph, { device: 'cpu', folder });
      const session = await openSession(
        model,
        sessionOptions(options, { folder, threads, profilePrefix }),
      );
      return new SessionProgram(session);
    },
  };
}

function sessionOptions(
  { prepack = false, arena = true }: CompileOptions,
  { folder, threads, profilePrefix }: CpuOptions & { folder: string | undefined },
): InferenceSession.SessionOptions {
  return {
    ...commonOptions,
    executionProviders: ['cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    enableCpuMemArena: arena,
    extra: {
      ...commonEntries(folder),
      'session.disable_prepacking': prepack ? '0' : '1',
      // Threads that look for work after a run take the processor from whoever has some.
      'session.force_spinning_stop': '1',
    },
  };
}
