import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import { announcementProof } from '../../security/announcement-proof.ts';

/** What stays the same for as long as the worker lives. */
export type Announcement = Pick<
  WorkerRecord,
  'id' | 'address' | 'devices' | 'memoryBytes' | 'slots' | 'versions'
>;

/** What changes. */
type WorkerLoad = Pick<WorkerRecord, 'freeSlots' | 'draining' | 'runs' | 'models'>;

export type Announcer = {
  /** Announces now, because the load changed. */
  refresh(): void;
  /** Ends the heartbeats and takes the announcement back. */
  stop(): Promise<void>;
};

export type AnnouncePorts = {
  readonly workers: Records['workers'];
  readonly load: () => Promise<WorkerLoad>;
  /** Signs announcements; null: they stay unsigned. */
  readonly secret: string | null;
  readonly heartbeatMs: number;
  /** How long an announcement counts. */
  readonly leaseMs: number;
  readonly log: Logger;
};

/** Longest time for taking the announcement back: saving runs is more urgent. */
const farewellMs = 1000;

/** Announces the worker now and at every heartbeat. Throws when the first announcement fails. */
export async function announceWorker(
  announcement: Announcement,
  ports: AnnouncePorts,
): Promise<Announcer> {
  const { workers, log, leaseMs } = ports;
  let writing: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const write = async (): Promise<void> => {
    const load = await ports.load();
    const announcedAt = Date.now();
    const expiresAt = announcedAt + leaseMs;
    const signed = { ...announcement, announcedAt, expiresAt };
    const proof = ports.secret === null ? null : announcementProof(signed, ports.secret);
    await workers.put(announcement.id, { ...signed, ...load, version: 1, proof });
  };
  const refresh = (): void => {
    if (stopped) return;
    again = writing !== undefined;
    writing ??= write()
      .catch((error: unknown) => log.warn({ err: error }, 'could not announce the worker'))
      .finally(() => {
        writing = undefined;
        if (again) refresh();
      });
  };
  await write();
  const timer = setInterval(refresh, ports.heartbeatMs);
  return {
    refresh,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      const remove = async (): Promise<void> => {
        await writing;
        await workers.delete(announcement.id);
      };
      const limit = sleep(farewellMs, undefined, { ref: false });
      await Promise.race([remove(), limit]).catch((error: unknown) => {
        log.warn({ err: error }, 'the announcement is left to expire by itself');
      });
    },
  };
}
