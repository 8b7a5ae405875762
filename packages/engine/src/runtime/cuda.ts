import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeModel } from '../onnx/encode.ts';
import { type CpuChoice, cpuSessions, cudaBinding } from './cpu-binding.ts';
import type { CompileOptions, Device, HalfProducts } from './device.ts';
import { cudaProviderFile } from './device-choice.ts';
import { probeHalfProducts } from './half-products.ts';
import { commonOptions, openSession } from './session.ts';
import { SessionProgram } from './session-program.ts';
import { commonEntries, weightFolder } from './session-settings.ts';

/**
 * An NVIDIA GPU through ONNX Runtime's CUDA provider, which docs/devices.md says how to install. By the C API a run's state
 * stays on the GPU. By onnxruntime-node, which is taken where it is named and where the C API cannot be called, state
 * lies on the host, and weights go to the GPU with each step. Throws one sentence when the provider's library is not
 * there, since asking that package for it would end the process.
 */
export async function cudaDevice({ binding }: Pick<CpuChoice, 'binding'> = {}): Promise<Device> {
  const file = cudaProviderFile();
  if (!existsSync(file))
    throw new Error(
      `The CUDA provider of ONNX Runtime is not installed: ${basename(file)} is missing beside its library.`,
    );
  const { compile, residency } = await sessionsBy(binding);
  let halfProducts: Promise<HalfProducts> | undefined;
  return {
    name: 'cuda',
    updatesOnHost: residency === undefined,
    halfProducts() {
      halfProducts ??= probeHalfProducts(compile);
      return halfProducts;
    },
    compile,
    ...(residency === undefined ? {} : { residency }),
  };
}

async function sessionsBy(
  choice: CpuChoice['binding'],
): Promise<Pick<Device, 'compile' | 'residency'>> {
  const { binding } = await cpuSessions({ binding: cudaBinding(choice) });
  if (binding === 'node') return { compile: compileForNode };
  const { boundSessions } = await import('./bound-sessions.ts');
  return boundSessions('cuda');
}

const compileForNode: Device['compile'] = async (graph, options: CompileOptions = {}) => {
  const folder = options.mapFolder ?? weightFolder(graph);
  const session = await openSession(encodeModel(graph, { device: 'cuda', folder }), {
    ...commonOptions,
    executionProviders: ['cuda'],
    extra: commonEntries(folder),
  });
  return new SessionProgram(session);
};
