import { isDeepStrictEqual } from 'node:util';
import { audit } from '../../load/lib/audit.ts';
import type { Client, Job } from './client.ts';
import { type Outcome, outcomeOf, type SpecName } from './workload.ts';

type File = { readonly id: string; readonly bytes: string };
type Submission = { readonly name: string; readonly jobId: string; readonly spec: SpecName };

/** Everything that the platform acknowledged, to be asked for again at the end. */
export type Ledger = {
  readonly files: File[];
  readonly submissions: Submission[];
};

/** Sentences about what is not as it was acknowledged. */
export type Findings = {
  /** Acknowledged and gone, or failed. */
  readonly lost: readonly string[];
  /** Two results where one was asked for. */
  readonly doubled: readonly string[];
  /** Other bytes or another answer than without faults. */
  readonly different: readonly string[];
  /** Not over in time. */
  readonly stuck: readonly string[];
  /** Failed without a reason that a person can act on. */
  readonly unexplained: readonly string[];
};

export const findingKinds = ['lost', 'doubled', 'different', 'stuck', 'unexplained'] as const;

const successMessage = 'The job has successfully completed.';

/**
 * Holds the ledger against the platform: each acknowledged file has its bytes, and each acknowledged job is there
 * once, is over, told so once, and made what the undisturbed job of its spec makes.
 */
export async function auditLedger(
  client: Client,
  ledger: Ledger,
  references: Readonly<Record<SpecName, Outcome>>,
): Promise<Findings> {
  const lost: string[] = [];
  const different: string[] = [];
  const stuck: string[] = [];
  const unexplained: string[] = [];
  for (const file of ledger.files)
    if ((await client.content(file.id)) !== file.bytes) different.push(`the file ${file.id}`);
  const jobs = (await client.jobs()).filter((job) => isSubmitted(job));
  const successes = new Map<string, number>();
  for (const { name, jobId, spec } of ledger.submissions) {
    const job = jobs.find(({ id }) => id === jobId);
    if (job === undefined) continue;
    const told = (await client.events(jobId)).filter(({ message }) => message === successMessage);
    successes.set(jobId, told.length);
    if (job.status === 'failed') {
      const { code, message } = job.error ?? { code: 'none', message: '' };
      if (message === '' || code === 'internal_error')
        unexplained.push(`${name}: ${code} ${message}`);
      else lost.push(`${name} failed: ${code} ${message}`);
    } else if (job.status !== 'succeeded') stuck.push(`${name} is ${job.status}`);
    else if (!isDeepStrictEqual(await outcomeOf(client, job), references[spec]))
      different.push(`${name}: the ${spec} model of ${jobId}`);
  }
  const history = {
    submissions: ledger.submissions,
    models: await client.models(),
    jobs: jobs.map((job) => ({
      ...{ id: job.id, status: job.status, model: job.fine_tuned_model },
      submission: job.metadata?.submission ?? null,
      successes: successes.get(job.id) ?? 0,
    })),
  };
  const found = audit(history);
  const named = [...stuck, ...unexplained, ...lost].map((text) => text.split(/[ :]/)[0]);
  lost.push(...found.lost.filter((text) => !named.includes(text.split(':')[0])));
  return { lost, doubled: found.duplicated, different, stuck, unexplained };
}

function isSubmitted({ metadata }: Job): boolean {
  return metadata?.submission?.startsWith('reference-') !== true;
}
