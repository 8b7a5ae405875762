import { createRequire } from 'node:module';
import { cpus, hostname, networkInterfaces, totalmem } from 'node:os';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Config } from '@lathe/platform/config';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });
const require = createRequire(import.meta.url);

/** Memory of this machine in bytes, or of the container where there is one. */
export function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}

/**
 * The devices that this worker trains on. Throws an Error of one sentence for a kind that it cannot
 * train on yet.
 */
export function localDevices(wanted: Config['workerDevice']): WorkerRecord['devices'] {
  if (wanted !== 'auto' && wanted !== 'cpu')
    throw new Error(`LATHE_WORKER_DEVICE is "${wanted}", but this worker can train on cpu only.`);
  const model = cpus()[0]?.model.trim();
  const name = model === undefined || model === '' ? 'CPU' : model;
  return [{ kind: 'cpu', name, memoryBytes: machineMemory() }];
}

/** Versions of what decides a result. */
export function localVersions(): Record<string, string> {
  const versionOf = (name: string): string =>
    packageSchema.parse(require(`${name}/package.json`)).version;
  return {
    lathe: packageSchema.parse(require('../../package.json')).version,
    node: process.versions.node,
    onnxruntime: versionOf('onnxruntime-node'),
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
