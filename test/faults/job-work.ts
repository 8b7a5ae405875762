import type { Targets, Work } from './campaign.ts';
import { type Client, isOver } from './client.ts';
import { auditLedger, type Ledger } from './ledger.ts';
import { partNames } from './parts.ts';
import { seeded } from './random.ts';
import { jobBody, type Outcome, rowsOf, type SpecName } from './workload.ts';

/** All parts work on jobs; a worker has a lease that it may outlive. */
export const jobTargets: Targets = { parts: partNames, frozen: 'worker' };

type Options = {
  readonly seed: number;
  /** Specs that train on the same rows. */
  readonly specs: readonly SpecName[];
};

/** Fine-tuning jobs, every other one on a new file. */
export function createJobWork(
  client: Client,
  references: Readonly<Record<SpecName, Outcome>>,
  { seed, specs }: Options,
): Work {
  const ledger: Ledger = { files: [], submissions: [] };
  return {
    async submit({ name, signal: over }) {
      const random = seeded(seed + Number(name.slice(1)) + 1);
      let file = '';
      for (let count = 0; !over.aborted; count++) {
        const spec = random.pick(specs);
        if (count % 2 === 0) {
          const rows = rowsOf(spec);
          file = await client.upload(rows);
          ledger.files.push({ id: file, bytes: rows });
        }
        const submission = `${seed}-${name}-${count}`;
        const job = await client.create(jobBody(spec, file, submission), submission);
        ledger.submissions.push({ name: submission, jobId: job.id, spec });
        await untilOver(client, job.id, over);
      }
    },
    async settle(signal) {
      for (const { jobId } of ledger.submissions) await untilOver(client, jobId, signal);
    },
    audit: () => auditLedger(client, ledger, references),
    acknowledged: () => ({ jobs: ledger.submissions.length, files: ledger.files.length }),
  };
}

/** Waits for a job; one that was interrupted too often, as many blows on a slow machine do, is resumed as its owner would. */
async function untilOver(client: Client, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const job = await client.over(id, 1000);
    if (job.error?.code === 'worker_lost') await client.resume(id);
    else if (isOver(job)) return;
  }
}
