import { type BatchRecord, isBatchOver } from '@lathe/contracts/record/batch';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkContext } from '@lathe/platform/nats/work-handler';
import { changeRecord } from '@lathe/platform/records/change';
import { followWork } from '@lathe/platform/records/follow-work';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';

/** Why a batch is not worked on to its end. */
export type Ending = 'cancelling' | 'expired' | 'gone';

/**
 * Stores every so often how far a batch is, and sees whether it was cancelled, deleted, or has taken too long: then the signal
 * aborts, and `ending` tells which.
 */
export function followBatch(
  { batches, now, log }: Pick<BatchPorts, 'batches' | 'now' | 'log'>,
  batch: BatchRecord,
  {
    context,
    counts,
    settings,
  }: {
    readonly context: Pick<WorkContext, 'signal' | 'progress'>;
    readonly counts: () => BatchRecord['counts'];
    readonly settings: Pick<BatchSettings, 'batchProgressMs'>;
  },
) {
  const key = recordKey(batch.project, batch.id);
  let ending: Ending | undefined;
  const follower = followWork({
    ...{ context, everyMs: settings.batchProgressMs },
    async look({ moved, end: abort }) {
      const end = (why: Ending): void => {
        ending ??= why;
        abort(new Error(`the batch is ${why}`));
      };
      const told = moved ? counts() : undefined;
      const record = await changeRecord(batches, key, (stored) =>
        isBatchOver(stored) || told === undefined ? null : { ...stored, counts: told },
      );
      if (record === undefined || isBatchOver(record)) end('gone');
      else if (record.state === 'cancelling') end('cancelling');
      else if (now() >= record.expiresAt * 1000) end('expired');
    },
    onError: (error) => log.warn({ err: error }, 'cannot look at the batch; trying again'),
  });
  return {
    ...follower,
    async stop(): Promise<Ending | undefined> {
      await follower.stop();
      return ending;
    },
  };
}
