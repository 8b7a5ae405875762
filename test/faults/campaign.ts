import { setTimeout as sleep } from 'node:timers/promises';
import type { LatheProcess } from './lathe-process.ts';
import type { Findings } from './ledger.ts';
import type { PartName } from './parts.ts';
import { type Random, seeded } from './random.ts';

/** What clients have the platform do while its parts are killed; it notes what was acknowledged. */
export type Work = {
  /** One thing after the other until the signal fires, each noted when it was acknowledged and waited for. */
  submit(client: { readonly name: string; readonly signal: AbortSignal }): Promise<void>;
  /** Waits until all that was acknowledged is over, or the signal fires. */
  settle(signal: AbortSignal): Promise<void>;
  /** Holds what was acknowledged against what there is. */
  audit(): Promise<Findings>;
  /** How much of what was acknowledged. */
  acknowledged(): Readonly<Record<string, number>>;
};

/** What may be hit. */
export type Targets = {
  readonly parts: readonly PartName[];
  /** What hangs now and then, longer than its work is lent to it. */
  readonly frozen: PartName;
  /** A process of the object store that is none of the platform's. */
  readonly store?: { kill(): Promise<void>; restart(): Promise<void> };
};

export type CampaignOptions = {
  readonly seed: number;
  readonly kills: number;
  readonly targets: Targets;
  /** Things that are open at a time. */
  readonly clients: number;
  /** Longest pause between two kills. */
  readonly pauseMs: number;
  /** How long a process is frozen that is not killed at once: longer than a worker's lease. */
  readonly freezeMs: number;
  /** How long what is open has after the last kill. */
  readonly settleMs: number;
  readonly say: (text: string) => void;
};

export type CampaignResult = {
  /** How often each part was killed, or frozen and let go. */
  readonly kills: ReadonlyMap<string, number>;
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly findings: Findings;
};

/** What befalls the platform; `everything` is the process of `npm start`, `store` that of the object store. */
type Blow = { readonly kind: 'kill' | 'freeze'; readonly part: PartName | 'everything' | 'store' };

/** Mostly single parts; now and then one hangs longer than its lease, or the whole goes at once. */
function nextBlow(random: Random, { parts, frozen, store }: Targets): Blow {
  const share = random.next();
  if (share < 0.05) return { kind: 'kill', part: 'everything' };
  if (share < 0.12) return { kind: 'freeze', part: frozen };
  return { kind: 'kill', part: random.pick(store === undefined ? parts : [...parts, 'store']) };
}

/**
 * Kills parts of a running platform at random while clients have it work, and holds what was acknowledged against what
 * there is in the end. Blows and work follow from the seed; when they meet does not.
 */
export async function runCampaign(
  lathe: LatheProcess,
  work: Work,
  options: CampaignOptions,
): Promise<CampaignResult> {
  const over = new AbortController();
  const { signal } = over;
  const clients = Array.from({ length: options.clients }, (_, at) =>
    work.submit({ name: `c${at}`, signal }),
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
  const acknowledged = work.acknowledged();
  options.say(`${options.kills} kills dealt; acknowledged ${told(acknowledged)}`);
  await work.settle(AbortSignal.timeout(options.settleMs));
  return { kills, acknowledged, findings: await work.audit() };
}

/** Amounts in words. */
export function told(amounts: Readonly<Record<string, number>>): string {
  return Object.entries(amounts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

async function strike(lathe: LatheProcess, options: CampaignOptions): Promise<Map<string, number>> {
  const random = seeded(options.seed);
  const kills = new Map<string, number>();
  for (let dealt = 0; dealt < options.kills; ) {
    await sleep(random.next() * options.pauseMs);
    const { kind, part } = nextBlow(random, options.targets);
    if (!(await dealBlow(lathe, { kind, part }, options))) continue;
    const name = kind === 'kill' ? part : `${part} (frozen)`;
    kills.set(name, (kills.get(name) ?? 0) + 1);
    dealt++;
    if (dealt % 20 === 0) options.say(`${dealt} of ${options.kills} kills`);
  }
  return kills;
}

/** Whether there was a process to hit. */
async function dealBlow(
  lathe: LatheProcess,
  blow: Blow,
  { freezeMs, targets: { store } }: CampaignOptions,
): Promise<boolean> {
  if (blow.part === 'everything') {
    await lathe.kill('SIGKILL');
    await lathe.start();
    // A start that does not find its store says so and ends, and nobody here would start it again.
    await lathe.ready();
    return true;
  }
  if (blow.part === 'store') {
    await store?.kill();
    await store?.restart();
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
