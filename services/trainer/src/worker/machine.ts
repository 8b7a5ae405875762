import { createRequire } from 'node:module';
import { cpus, hostname, networkInterfaces, totalmem } from 'node:os';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });
const require = createRequire(import.meta.url);

/** The devices that this worker trains on. Memory in bytes, of the container where there is one. */
export function localDevices(): WorkerRecord['devices'] {
  const model = cpus()[0]?.model.trim();
  const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return [{ kind: 'cpu', name: model === undefined || model === '' ? 'CPU' : model, memoryBytes }];
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
  if (!['0.0.0.0', '::', '[::]'].includes(listenHost)) return listenHost;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  return outer?.address ?? hostname();
}
