import { newId } from '@lathe/contracts/id';
import { readyProbe } from '@lathe/contracts/subject';
import type { ArtifactStore } from '../artifacts/port.ts';
import type { Nats } from '../nats/connection.ts';
import { checkWrites } from '../nats/write-check.ts';
import type { ReadyCheck } from './health.ts';

export type ReadyCheckSettings = {
  /** How long a success counts: whoever asks more often gets the last answer. */
  readonly keepMs: number;
  /** How long a check may take before it counts as failed; it goes on meanwhile, and the next one joins it. */
  readonly timeoutMs: number;
};

const readyCheckDefaults: ReadyCheckSettings = { keepMs: 2000, timeoutMs: 2000 };

/** Bytes that readiness stores: more than a file system keeps beside a file's name. */
const probeBytes = 4096;

/** Whether nats-server answers now and takes writes into every stream. */
export function natsCheck(
  nats: Nats,
  settings: ReadyCheckSettings = readyCheckDefaults,
): ReadyCheck {
  const writes = sparing(() => checkWrites(nats, settings.timeoutMs), settings);
  return async () => {
    if (!(await nats.healthy())) return 'nats-server does not answer';
    await writes();
    return null;
  };
}

/** Whether the artifact store takes an object and deletes it again. */
export function artifactsCheck(
  artifacts: Pick<ArtifactStore, 'put' | 'delete'>,
  settings: ReadyCheckSettings = readyCheckDefaults,
): ReadyCheck {
  // Each process has an object of its own.
  const key = `${readyProbe.key}/${newId('attempt')}`;
  const write = async (): Promise<void> => {
    await artifacts.put(key, new Uint8Array(probeBytes));
    await artifacts.delete(key);
  };
  const writes = sparing(write, settings);
  return async () => {
    await writes();
    return null;
  };
}

/** One check at a time, and none again soon after it went well. Throws its failure, or that it takes too long. */
export function sparing(
  check: () => Promise<void>,
  { keepMs, timeoutMs }: ReadyCheckSettings,
): () => Promise<void> {
  let doneAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      await check();
      doneAt = performance.now();
    } finally {
      running = undefined;
    }
  };
  return async () => {
    if (performance.now() - doneAt < keepMs) return;
    running ??= run();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`no write was carried out within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      await Promise.race([running, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
