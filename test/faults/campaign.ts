import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isOver } from './client.ts';
import type { LatheProcess } from './lathe-process.ts';
import { auditLedger, type Findings, type Ledger } from './ledger.ts';
import { type PartName, partNames } from './parts.ts';
import { type Random, seeded } from './random.ts';
import { jobBody, type Outcome, rows, type SpecName } from './workload.ts';

export type CampaignOptions = {
  readonly seed: number;
  readonly kills: number;
  /** What the jobs are drawn from. */
  readonly specs: readonly SpecName[];
  /** Jobs that are open at a time. */
  readonly clients: number;
  /** Longest pause between two kills. */
  readonly pauseMs: number;
  /** How long a process is frozen that is not killed at once: longer than a worker's lease. */
  readonly freezeMs: number;
  /** How long the open jobs have after the last kill. */
  readonly settleMs: number;
  readonly say: (text: string) => void;
};

export type CampaignResult = {
  /** How often each part was killed, or frozen and let go. */
  readonly kills: ReadonlyMap<string, number>;
  readonly jobs: number;
  readonly files: number;
  readonly findings: Findings;
};

/** What befalls the platform; `everything` is the process of `npm start`. */
type Blow = { readonly kind: 'kill' | 'freeze'; readonly part: PartName | 'everything' };

/** Mostly single parts; now and then a worker hangs longer than its lease, or the whole goes at once. */
function nextBlow(random: Random): Blow {
  const share = random.next();
  if (share < 0.05) return { kind: 'kill', part: 'everything' };
  if (share < 0.12) return { kind: 'freeze', part: 'worker' };
  return { kind: 'kill', part: random.pick(partNames) };
}

/**
 * Kills parts of a running platform at random while clients upload, create jobs and wait for them, and holds what was
 * acknowledged against what there is in the end. Blows and jobs follow from the seed; when they meet does not.
 */
export async function runCampaign(
  lathe: LatheProcess,
  client: Client,
  references: Readonly<Record<SpecName, Outcome>>,
  options: CampaignOptions,
): Promise<CampaignResult> {
  const ledger: Ledger = { files: [], submissions: [] };
  const over = new AbortController();
  const clients = Array.from({ length: options.clients }, (_, index) =>
    submitJobs(client, ledger, { ...options, name: `c${index}`, signal: over.signal }),
  );
  const submitting = Promise.all(clients);
  // A client that fails must not be overlooked while the kills go on.
  const kills = await Promise.race([
    strike(lathe, options),
    submitting.then(() => Promise.reject(new Error('the clients ended before the kills'))),
  ]);
  over.abort();
  await submitting;
  await lathe.ready();
  options.say(`${options.kills} kills dealt; ${ledger.submissions.length} jobs acknowledged`);
  const deadline = performance.now() + options.settleMs;
  for (const { jobId } of ledger.submissions) await untilOver(client, jobId, settled(deadline));
  const findings = await auditLedger(client, ledger, references);
  return { kills, jobs: ledger.submissions.length, files: ledger.files.length, findings };
}

async function strike(lathe: LatheProcess, options: CampaignOptions): Promise<Map<string, number>> {
  const random = seeded(options.seed);
  const kills = new Map<string, number>();
  for (let dealt = 0; dealt < options.kills; ) {
    await sleep(random.next() * options.pauseMs);
    const { kind, part } = nextBlow(random);
    if (!(await dealBlow(lathe, { kind, part }, options.freezeMs))) continue;
    const name = kind === 'kill' ? part : `${part} (frozen)`;
    kills.set(name, (kills.get(name) ?? 0) + 1);
    dealt++;
    if (dealt % 20 === 0) options.say(`${dealt} of ${options.kills} kills`);
  }
  return kills;
}

/** Whether there was a process to hit. */
async function dealBlow(lathe: LatheProcess, blow: Blow, freezeMs: number): Promise<boolean> {
  if (blow.part === 'everything') {
    await lathe.kill('SIGKILL');
    await lathe.start();
    return true;
  }
  const target = (await lathe.parts()).find(({ name }) => name === blow.part);
  if (target === undefined) return false;
  if (blow.kind === 'kill') return signal(target.pid, 'SIGKILL');
  if (!signal(target.pid, 'SIGSTOP')) return false;
  await sleep(freezeMs);
  signal(target.pid, 'SIGCONT');
  return true;
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

type Submitter = Pick<CampaignOptions, 'seed' | 'specs'> & {
  readonly name: string;
  readonly signal: AbortSignal;
};

/** One job after the other, each noted when it was acknowledged and waited for; every other one on a new file. */
async function submitJobs(
  client: Client,
  ledger: Ledger,
  { seed, specs, name, signal: over }: Submitter,
): Promise<void> {
  const random = seeded(seed + Number(name.slice(1)) + 1);
  let file = '';
  for (let count = 0; !over.aborted; count++) {
    if (count % 2 === 0) {
      file = await client.upload(rows);
      ledger.files.push({ id: file, bytes: rows });
    }
    const spec = random.pick(specs);
    const submission = `${seed}-${name}-${count}`;
    const job = await client.create(jobBody(spec, file, submission), submission);
    ledger.submissions.push({ name: submission, jobId: job.id, spec });
    await untilOver(client, job.id, over);
  }
}

/** Waits for a job; one that was interrupted too often, as many blows on a slow machine do, is resumed as its owner would. */
async function untilOver(client: Client, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const job = await client.over(id, 1000);
    if (job.error?.code === 'worker_lost') await client.resume(id);
    else if (isOver(job)) return;
  }
}

/** Fires at a time of `performance.now()`. */
function settled(deadline: number): AbortSignal {
  return AbortSignal.timeout(Math.max(1, Math.round(deadline - performance.now())));
}
