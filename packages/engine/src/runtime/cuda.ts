import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeModel } from '../onnx/encode.ts';
import type { Device, HalfProducts } from './device.ts';
import { cudaProviderFile } from './device-choice.ts';
import { probeHalfProducts } from './half-products.ts';
import { commonOptions, openSession } from './session.ts';
import { SessionProgram } from './session-program.ts';
import { commonEntries, weightFolder } from './session-settings.ts';

/**
 * An NVIDIA GPU through ONNX Runtime's CUDA provider, which docs/devices.md says how to install. The Node
 * binding has no buffers on such a GPU: state lies on the host, and weights go there with each step. Throws one
 * sentence when the provider's library is not there, since asking for it would end the process.
 */
export function cudaDevice(): Device {
  const file = cudaProviderFile();
  if (!existsSync(file))
    throw new Error(
      `The CUDA provider of ONNX Runtime is not installed: ${basename(file)} is missing beside its library.`,
    );
  let halfProducts: Promise<HalfProducts> | undefined;
  const device: Device = {
    name: 'cuda',
    updatesOnHost: true,
    halfProducts() {
      halfProducts ??= probeHalfProducts(device.compile);
      return halfProducts;
    },
    async compile(graph, options = {}) {
      const folder = options.mapFolder ?? weightFolder(graph);
      const model = encodeModel(graph, { device: 'cuda', folder });
      const session = await openSession(model, {
        ...commonOptions,
        executionProviders: ['cuda'],
        extra: commonEntries(folder),
      });
      return new SessionProgram(session);
    },
  };
  return device;
}
