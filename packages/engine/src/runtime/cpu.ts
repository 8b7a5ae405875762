import type { InferenceSession } from 'onnxruntime-node';
import { encodeModel } from '../onnx/encode.ts';
import type { CompileOptions, Device } from './device.ts';
import { commonEntries, commonOptions, openSession, weightFolder } from './session.ts';
import { SessionProgram } from './session-program.ts';

export type CpuOptions = {
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads?: number | undefined;
};

/** The CPU of this machine, through ONNX Runtime. */
export function cpuDevice({ threads }: CpuOptions = {}): Device {
  return {
    name: 'cpu',
    updatesOnHost: true,
    async compile(graph, options = {}) {
      const folder = options.mapFolder ?? weightFolder(graph);
      const model = encodeModel(graph, {
        device: 'cpu',
        ...(folder === undefined ? {} : { folder }),
      });
      const session = await openSession(model, sessionOptions(options, { folder, threads }));
      return new SessionProgram(session);
    },
  };
}

function sessionOptions(
  { prepack = false }: CompileOptions,
  { folder, threads }: { folder: string | undefined; threads: number | undefined },
): InferenceSession.SessionOptions {
  return {
    ...commonOptions,
    executionProviders: ['cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    enableCpuMemArena: true,
    extra: { ...commonEntries(folder), 'session.disable_prepacking': prepack ? '0' : '1' },
  };
}
