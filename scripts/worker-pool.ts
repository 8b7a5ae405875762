import type { Config } from '@lathe/platform/config';

/** What one machine has for its workers. */
export type Machine = { readonly cores: number; readonly memoryBytes: number };

/** Longest name of a worker. */
const longestId = 64;

/**
 * The configuration of each of the machine's workers. Several share it: a name with a number each,
 * the next ports where they are fixed, and an equal part of memory and cores unless those are set, since
 * one-threaded jobs side by side get more done than many-threaded ones in turn.
 */
export function workerConfigs(config: Config, machine: Machine): Config[] {
  const count = config.workers;
  if (count <= 1) return Array.from({ length: count }, () => config);
  const separator = config.workerAddress.lastIndexOf(':');
  const host = config.workerAddress.slice(0, separator);
  const port = Number(config.workerAddress.slice(separator + 1));
  return Array.from({ length: count }, (_, index) => {
    const suffix = `-${index + 1}`;
    return {
      ...config,
      workerId: `${config.workerId.slice(0, longestId - suffix.length)}${suffix}`,
      workerAddress: `${host}:${port === 0 ? 0 : port + index}`,
      healthPort: config.healthPort === null ? null : config.healthPort + index,
      workerMemoryBytes: config.workerMemoryBytes || Math.floor(machine.memoryBytes / count),
      engineThreads: config.engineThreads || Math.max(1, Math.floor(machine.cores / count)),
    };
  });
}
