import { newId } from '@lathe/contracts/id';
import type { UsageRecord } from '@lathe/contracts/record/usage';
import { recordKey } from '@lathe/contracts/subject';
import type { RecordStore } from '@lathe/platform/records/port';
import { dayMs, dayOf } from './days.ts';

/** Tokens of one request that was answered. */
type Served = {
  readonly project: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** What this process has answered, counted in memory by project, UTC day and model. */
export type ServedTokens = {
  /** Counts a request that was answered to its end. */
  add(served: Served): void;
  /**
   * Stores what was counted since the last writing. What cannot be stored is kept for the next; throws then the
   * LatheError `unavailable` as RecordStore does.
   */
  write(): Promise<void>;
};

/** `now`: milliseconds since 1970. Every call counts for a process of its own: nobody else writes its records. */
export function createServedTokens(
  usage: RecordStore<UsageRecord>,
  now: () => number,
): ServedTokens {
  const gateway = newId('gateway');
  const counted = new Map<string, UsageRecord>();
  const unwritten = new Set<string>();

  const writeOne = async (key: string, record: UsageRecord): Promise<void> => {
    // Before it is sent: what is counted meanwhile is for the next writing.
    unwritten.delete(key);
    try {
      await usage.put(key, record);
    } catch (error) {
      unwritten.add(key);
      throw error;
    }
  };

  const writeAll = async (): Promise<void> => {
    for (const key of [...unwritten]) {
      const record = counted.get(key);
      if (record !== undefined) await writeOne(key, record);
    }
    // A clock that is set back a little must still find the day that it counts for.
    const before = dayOf(now() - 2 * dayMs);
    for (const [key, { day }] of counted)
      if (day < before && !unwritten.has(key)) counted.delete(key);
  };

  let writing: Promise<void> = Promise.resolve();
  return {
    add({ project, model, inputTokens, outputTokens }) {
      const day = dayOf(now());
      const key = recordKey(project, `${day}.${gateway}`);
      const record = counted.get(key) ?? { version: 1, project, day, gateway, models: [] };
      const known = record.models.find((each) => each.model === model);
      const sum = {
        model,
        requests: (known?.requests ?? 0) + 1,
        inputTokens: (known?.inputTokens ?? 0) + inputTokens,
        outputTokens: (known?.outputTokens ?? 0) + outputTokens,
      };
      const others = record.models.filter((each) => each !== known);
      counted.set(key, { ...record, models: [...others, sum] });
      unwritten.add(key);
    },
    write() {
      // One after another: an older count must not come after a newer one.
      const next = writing.catch(() => undefined).then(writeAll);
      writing = next;
      return next;
    },
  };
}
