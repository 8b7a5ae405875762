import { availableParallelism } from 'node:os';
import { encodeModel } from '../onnx/encode.ts';
import { type PaddedWidths, usualPadding } from '../onnx/padded-widths.ts';
import { byteProblem } from './byte-products.ts';
import { type CpuChoice, cpuSessions } from './cpu-binding.ts';
import type { Device } from './device.ts';
import { padsWidths } from './first-cache.ts';
import { commonEntries, weightFolder } from './session-settings.ts';

/** How ONNX Runtime is called, which gives the same bits, and whose products it uses. */
export type CpuOptions = CpuChoice & {
  /** Which widths are padded where that is chosen; as is usual when left out. */
  readonly paddedWidths?: PaddedWidths | undefined;
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads?: number | undefined;
  /** Where ONNX Runtime writes the time of every operator: `<prefix>_<date>.json`, one a program. */
  readonly profilePrefix?: string | undefined;
};

/**
 * The CPU of this machine, through ONNX Runtime.
 * @example const device = cpuDevice({ threads: 2 });
 */
export function cpuDevice({
  threads,
  profilePrefix,
  binding,
  kernels: choice,
  padding,
  paddedWidths = usualPadding,
}: CpuOptions = {}): Device {
  const hostThreads = threads ?? availableParallelism();
  const isPadded = padsWidths(padding);
  return {
    name: 'cpu',
    updatesOnHost: true,
    halfProducts: async () => 'rounded',
    async products() {
      const { kernels } = await cpuSessions({ binding, kernels: choice });
      if (kernels !== undefined) return 'lathe';
      return isPadded ? 'padded' : 'onnxruntime';
    },
    async updateLibrary() {
      const { kernels } = await cpuSessions({ binding, kernels: choice });
      // Plain C takes twice as long as the loops in WebAssembly.
      return kernels?.set === 'plain' ? undefined : kernels?.file;
    },
    byteProducts() {
      return byteProblem((graph) => this.compile(graph));
    },
    hostThreads,
    async compile(graph, { mapFolder, arena = true, prepack = false, lends = false } = {}) {
      const folder = mapFolder ?? weightFolder(graph);
      const { open, kernels } = await cpuSessions({ binding, kernels: choice });
      const products =
        kernels === undefined ? undefined : { threads: hostThreads, leavesStored: prepack };
      const model = encodeModel(graph, {
        device: 'cpu',
        ...{ folder, products },
        padding: isPadded && kernels === undefined ? paddedWidths : undefined,
      });
      const entries = {
        // Only a constant can be laid out anew, which a weight is not that every run makes float32.
        ...commonEntries(folder, prepack),
        'session.disable_prepacking': prepack ? '0' : '1',
        // Threads that look for work after a run take the processor from whoever has some.
        'session.force_spinning_stop': '1',
      };
      return open(model, { threads, profilePrefix, arena, entries, lends, kernels });
    },
  };
}
