import { statfs } from 'node:fs/promises';
import type { Logger } from '@lathe/platform/log';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import { checkWrites } from '@lathe/platform/nats/write-check';
import type { Stoppable } from '@lathe/platform/shutdown';

export type NatsWatchSettings = {
  /** Pause between two looks, and after one that found a problem. */
  readonly everyMs: number;
  readonly againMs: number;
  /** How long a write may take. */
  readonly timeoutMs: number;
  /** Looks in a row that must find no write answered before the server is started again, after its disk was full. */
  readonly patience: number;
  /** The same where nobody saw a full disk: a busy machine may leave it no time, and a restart would only be more work. */
  readonly busyPatience: number;
  /** Room in its folder, in bytes, below which a restart would not help. */
  readonly leastRoomBytes: number;
};

const natsWatchDefaults: NatsWatchSettings = {
  everyMs: 5000,
  againMs: 1000,
  timeoutMs: 3000,
  patience: 2,
  busyPatience: 15,
  leastRoomBytes: 16 * 2 ** 20,
};

export type NatsWatchPorts = {
  /** Folder of the server's store. */
  readonly folder: string;
  readonly connect: () => Promise<Nats>;
  /** Process of the server; undefined while none runs. */
  readonly pid: () => number | undefined;
  /** Ends the server in order; its supervisor starts it again. */
  readonly restart: () => Promise<void>;
  readonly onProblem: (problem: string | null) => void;
  readonly log: Logger;
};

/**
 * Looks again and again whether our nats-server takes writes, and starts it again when it does not while there is room:
 * a stream that met a full disk takes none until then. A server that ended is left to whoever starts it again. What is wrong is told as long
 * as it lasts.
 */
export function watchNatsWrites(
  ports: NatsWatchPorts,
  settings: NatsWatchSettings = natsWatchDefaults,
): Stoppable {
  const { folder, pid, restart, onProblem, log } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;
  let nats: Nats | undefined;
  let failures = 0;
  let wasFull = false;
  const look = async (): Promise<string | null> => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < settings.leastRoomBytes) {
      wasFull = true;
      return `the disk of ${folder} is full: ${Math.floor((bavail * bsize) / 2 ** 20)} MiB are left`;
    }
    nats ??= await ports.connect();
    await checkWrites(nats, settings.timeoutMs);
    wasFull = false;
    return null;
  };
  const lookAndMend = async (): Promise<void> => {
    const before = pid();
    const problem = await look().catch((error: unknown) => {
      // A write that fails because no server runs, or another one by now, says nothing of the one that runs.
      failures = before !== undefined && before === pid() ? failures + 1 : 0;
      log.debug({ err: error, failures }, 'a write into nats-server failed');
      return error instanceof Error ? error.message : String(error);
    });
    if (signal.aborted) return;
    if (problem === null) failures = 0;
    onProblem(problem);
    if (failures < (wasFull ? settings.patience : settings.busyPatience)) return;
    failures = 0;
    log.error({ problem }, 'nats-server is started again: it takes no writes, and there is room');
    await restart();
  };
  const loop = async (): Promise<void> => {
    for (let wait = settings.everyMs; ; ) {
      await pause(wait, signal);
      if (signal.aborted) return;
      await lookAndMend().catch((error: unknown) =>
        log.error({ err: error }, 'nats-server could not be looked after'),
      );
      wait = failures === 0 ? settings.everyMs : settings.againMs;
    }
  };
  const ended = loop();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
      await nats?.close();
    },
  };
}
