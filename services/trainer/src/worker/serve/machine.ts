import { createRequire } from 'node:module';
import { cpus, hostname, networkInterfaces } from 'node:os';
import type { DeviceKind, WorkerRecord } from '@lathe/contracts/record/worker';
import { likelyDevice } from '@lathe/engine/device-choice';
import type { Config } from '@lathe/platform/config';
import { machineMemory } from '@lathe/platform/machine-memory';
import { recipeVersion } from '@lathe/recipe/wire';
import { z } from 'zod';
import { nvidiaCard } from './card.ts';

const packageSchema = z.object({ version: z.string() });
const require = createRequire(import.meta.url);

/**
 * The device that this worker trains on, with its memory where that is known: of WebGPU it is not, which tells neither the card nor what
 * it has. Anything but the CPU is opened to see that it works; the engine is not even loaded otherwise. Throws an Error of one
 * sentence when the one that was named is not here.
 */
export async function localDevice(
  wanted: Config['workerDevice'],
  { cardMs }: { readonly cardMs: number },
): Promise<WorkerRecord['devices'][number]> {
  const kind = await workingDevice(wanted);
  const model = cpus()[0]?.model.trim();
  const processor = model === undefined || model === '' ? 'CPU' : model;
  if (kind === 'cpu') return { kind, name: processor, memoryBytes: machineMemory() };
  if (kind === 'webgpu') return { kind, name: 'GPU by WebGPU', memoryBytes: null };
  const card = await nvidiaCard({ env: process.env, answerMs: cardMs });
  return { kind, name: card?.name ?? 'GPU by CUDA', memoryBytes: card?.memoryBytes ?? null };
}

async function workingDevice(wanted: Config['workerDevice']): Promise<DeviceKind> {
  if (wanted === 'cpu' || (wanted === 'auto' && likelyDevice() === 'cpu')) return 'cpu';
  const { openDevice } = await import('@lathe/engine/open-device');
  try {
    return (await openDevice(wanted)).name;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`LATHE_WORKER_DEVICE is "${wanted}". ${reason}`, { cause });
  }
}

/** Versions of what decides a result, and of how a controller must write what to train with. */
export function localVersions(): Record<string, string> {
  const versionOf = (name: string): string =>
    packageSchema.parse(require(`${name}/package.json`)).version;
  return {
    lathe: packageSchema.parse(require('../../../package.json')).version,
    node: process.versions.node,
    onnxruntime: versionOf('onnxruntime-node'),
    recipe: String(recipeVersion),
  };
}

/** The host that others dial: an address on the network where the worker listens on all of them. */
export function reachableHost(listenHost: string): string {
  if (listenHost !== '0.0.0.0' && listenHost !== '::')
    return listenHost.includes(':') ? `[${listenHost}]` : listenHost;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  return outer?.address ?? hostname();
}
