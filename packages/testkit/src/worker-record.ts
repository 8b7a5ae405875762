import { startsVersion, type WorkerRecord } from '@lathe/contracts/record/worker';

/**
 * An idle worker with one slot, 8 GiB and the model `tiny`, except where said otherwise.
 * @example workerRecord('a', { draining: true });
 */
export function workerRecord(id: string, different: Partial<WorkerRecord> = {}): WorkerRecord {
  const slots = different.slots ?? 1;
  const device = { kind: 'cpu', name: 'CPU', memoryBytes: 8 * 2 ** 30 } as const;
  return {
    version: 1,
    id,
    address: `${id}:1`,
    devices: [device],
    memoryBytes: device.memoryBytes,
    models: [{ name: 'tiny' }],
    slots,
    freeSlots: slots - (different.runs?.length ?? 0),
    draining: false,
    runs: [],
    versions: { recipe: startsVersion },
    announcedAt: 0,
    expiresAt: 0,
    proof: null,
    ...different,
  };
}
