import { type Client, createClient, isOver, type Job } from './client.ts';
import { eventually, type LatheProcess, startLathe } from './lathe-process.ts';
import { auditLedger, findingKinds, type Ledger } from './ledger.ts';
import { jobBody, type Outcome, rows, type SpecName } from './workload.ts';

export type References = Readonly<Record<SpecName, Outcome>>;

/** What a fault is dealt to: a platform with a client whose acknowledged requests are noted. */
export type Stage = {
  readonly lathe: LatheProcess;
  readonly client: Client;
  readonly ledger: Ledger;
  /** Creates a job over an uploaded file, both noted once they are acknowledged: its id. */
  submit(spec: SpecName): Promise<string>;
  /** Waits until the record of a job is as wanted. */
  until(id: string, what: string, wanted: (job: Job) => boolean): Promise<Job>;
  /** Waits until a job has so many checkpoints. */
  checkpoints(id: string, count: number): Promise<void>;
};

/** Short times, so that a fault is noticed in seconds. */
export const shortTimes = {
  LATHE_WORKER_LEASE: '3s',
  LATHE_ACK_WAIT: '3s',
  LATHE_HEARTBEAT: '500ms',
  LATHE_ENGINE_THREADS: '1',
  LATHE_WORKERS: '2',
};

/**
 * Starts a platform, lets `act` deal a fault, waits for every job that was acknowledged, and audits. Throws with the
 * findings when something is lost, doubled, different, stuck or unexplained.
 */
export async function withStage(
  references: References,
  act: (stage: Stage) => Promise<void>,
  options: Parameters<typeof startLathe>[0] = {},
): Promise<void> {
  const environment = { ...shortTimes, ...options.environment };
  await using lathe = await startLathe({ ...options, environment });
  const client = createClient(lathe);
  const ledger: Ledger = { files: [], submissions: [] };
  let submitted = 0;
  const until: Stage['until'] = (id, what, wanted) =>
    eventually(`${what} of ${id}`, async () => {
      const job = await client.job(id);
      if (wanted(job)) return job;
      if (isOver(job))
        throw new Error(`${id} is ${job.status} before ${what}: ${job.error?.message}`);
      return undefined;
    });
  await act({
    lathe,
    client,
    ledger,
    until,
    async submit(spec) {
      const name = `${spec}-${++submitted}`;
      const file = await client.upload(rows);
      ledger.files.push({ id: file, bytes: rows });
      const { id } = await client.create(jobBody(spec, file, name), name);
      ledger.submissions.push({ name, jobId: id, spec });
      return id;
    },
    checkpoints: async (id, count) => {
      await eventually(`${count} checkpoints of ${id}`, async () =>
        (await client.checkpointSteps(id)).length >= count ? true : undefined,
      );
    },
  });
  await lathe.ready();
  for (const { jobId } of ledger.submissions) await client.over(jobId);
  const findings = await auditLedger(client, ledger, references);
  const sentences = findingKinds.flatMap((kind) =>
    findings[kind].map((text) => `${kind}: ${text}`),
  );
  if (sentences.length > 0) throw new Error(sentences.join('; '));
}
