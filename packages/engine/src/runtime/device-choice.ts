import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DeviceName } from '../graph/value.ts';

/** What a user may ask for. */
export const deviceChoices = ['auto', 'cpu', 'webgpu', 'cuda'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

const provider =
  process.platform === 'win32'
    ? 'onnxruntime_providers_cuda.dll'
    : 'libonnxruntime_providers_cuda.so';

/** Where ONNX Runtime looks for its CUDA provider: beside its own library. */
export function cudaProviderFile(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(root, 'bin', 'napi-v6', process.platform, process.arch, provider);
}

/**
 * The device that `auto` tries first: CUDA where its provider is installed, else WebGPU where the machine has a
 * graphics processor, else the CPU: a GPU that the CPU plays is no gain. Nothing is loaded to find out.
 * @example const kind = likelyDevice();
 */
export function likelyDevice(): DeviceName {
  if (existsSync(cudaProviderFile())) return 'cuda';
  return hasGraphicsProcessor() ? 'webgpu' : 'cpu';
}

/** Whether the machine has a GPU of its own; on Linux a driver of the kernel stands for each. */
function hasGraphicsProcessor(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}
