import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../onnx/encode.ts';
import { BoundProgram } from './c-api/bound-program.ts';
import type { CompileOptions, Device } from './device.ts';
import { HostProgram } from './host-program.ts';
import { residentCopies } from './resident-copies.ts';
import { commonEntries, type Provider, weightFolder } from './session-settings.ts';

/**
 * Programs of the C API that leave tensors in the memory of a provider, by ONNX Runtime's IO bindings. CUDA's memory is the
 * GPU's. The CPU's is the process's: what it brings there is that all of this can be tested without a GPU.
 */
export function boundSessions(provider: Provider): Required<Pick<Device, 'compile' | 'residency'>> {
  const compile = async (
    graph: Graph,
    stay: readonly string[],
    { mapFolder }: CompileOptions = {},
  ): Promise<BoundProgram> => {
    const folder = mapFolder ?? weightFolder(graph);
    return BoundProgram.open(encodeModel(graph, { device: provider, folder }), {
      provider,
      stay,
      settings: {
        threads: undefined,
        profilePrefix: undefined,
        arena: true,
        entries: commonEntries(folder),
        kernels: undefined,
        lends: false,
      },
    });
  };
  return {
    residency: { compile, holds: () => true, ...residentCopies(compile) },
    compile: async (graph, options) => new HostProgram(await compile(graph, [], options)),
  };
}
