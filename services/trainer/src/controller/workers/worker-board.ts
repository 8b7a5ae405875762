import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Records } from '@lathe/platform/records';

/** The workers that are alive, as they announced themselves. */
export type WorkerBoard = {
  /** Every worker whose announcement still counts. */
  alive(): readonly WorkerRecord[];
  /** Whether the worker still announces itself at that address. */
  holds(id: string, address: string): boolean;
  /** Resolves at the next announcement, or after so many milliseconds. */
  changed(withinMs: number): Promise<void>;
};

type Seen = {
  readonly record: WorkerRecord;
  readonly revision: number;
  readonly until: number;
};

/**
 * Watches the announcements until the signal aborts; those that are not admitted do not count. How long one counts is
 * measured by this machine's own clock from its arrival, so that clocks of workers may differ.
 */
export function watchWorkers(
  workers: Pick<Records['workers'], 'watch'>,
  signal: AbortSignal,
  admit: (record: WorkerRecord) => boolean,
  now: () => number = () => performance.now(),
): WorkerBoard & { readonly done: Promise<void> } {
  const seen = new Map<string, Seen>();
  let news = Promise.withResolvers<void>();
  const startedAt = Date.now();

  const take = async (): Promise<void> => {
    for await (const change of workers.watch('', signal)) {
      if (change.kind === 'delete' || !admit(change.value)) seen.delete(change.key);
      else {
        const { value, revision } = change;
        const known = seen.get(change.key);
        // A watch that begins again tells the same announcement once more: that is no sign of life.
        if (known?.revision === revision) continue;
        const lease = value.expiresAt - value.announcedAt;
        // Of an announcement from before our time only the rest of its lease counts. One that comes while we
        // watch counts whole, whatever the worker's clock says.
        const isOld = known === undefined && value.announcedAt < startedAt;
        const left = isOld ? value.expiresAt - Date.now() : lease;
        seen.set(change.key, { record: value, revision, until: now() + Math.min(left, lease) });
      }
      const told = news;
      news = Promise.withResolvers();
      told.resolve();
    }
  };
  const alive = (): WorkerRecord[] =>
    [...seen.values()].filter(({ until }) => until > now()).map(({ record }) => record);
  return {
    alive,
    holds: (id, address) =>
      alive().some((record) => record.id === id && record.address === address),
    changed: async (withinMs) => {
      const limit = Promise.withResolvers<void>();
      const timer = setTimeout(limit.resolve, withinMs);
      await Promise.race([news.promise, limit.promise]);
      clearTimeout(timer);
    },
    done: take(),
  };
}
