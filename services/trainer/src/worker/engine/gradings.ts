import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitPorts } from './disk-patience.ts';
import type { FromEngine, Purpose, Reward, ToEngine } from './engine-message.ts';

type Graded = Extract<ToEngine, { kind: 'graded' }>;
type Asked = readonly Extract<FromEngine, { kind: 'grade' }>['answers'][number][];

/** Asks for the rewards of answers, in their order; undefined where none could be given. Throws GradingStoppedError. */
export type AskRewards = (purpose: Purpose, answers: Asked) => Promise<(Reward | undefined)[]>;

/** The run is to stop while its answers are not graded yet; nothing was learned from them. */
export class GradingStoppedError extends Error {
  override readonly name = 'GradingStoppedError';
}

/** How often a process that waits for rewards says that it is alive, and looks whether it shall stop. */
const lookMs = 1000;

/** The engine process's side of gradings: it asks its worker, and waits for as long as it takes. */
export function openGradings() {
  let asked = 0;
  let waiting: { readonly id: number; readonly resolve: (graded: Graded) => void } | undefined;
  return {
    /** Takes in what the worker answers; an answer to nothing that is asked is left alone. */
    take(graded: Graded): void {
      if (waiting?.id === graded.id) waiting.resolve(graded);
    },
    asker(ports: WaitPorts): AskRewards {
      return async (purpose, answers) => {
        const id = ++asked;
        const { promise, resolve } = Promise.withResolvers<Graded>();
        waiting = { id, resolve };
        ports.send({ kind: 'grade', id, purpose, answers: [...answers] });
        for (;;) {
          const graded = await firstOf(promise);
          if (graded !== undefined) return rewardsOf(graded, answers.length);
          ports.send({ kind: 'alive' });
          await ports.breathe();
          if (ports.stopWanted()) throw new GradingStoppedError('the run stops ungraded');
        }
      };
    },
  };
}

/** The rewards, or undefined after a while. */
async function firstOf(graded: Promise<Graded>): Promise<Graded | undefined> {
  const late = new AbortController();
  const pause = sleep(lookMs, undefined, { signal: late.signal }).catch(() => undefined);
  try {
    return await Promise.race([graded, pause]);
  } finally {
    late.abort();
  }
}

function rewardsOf({ rewards }: Graded, answers: number): (Reward | undefined)[] {
  if (rewards.length !== answers)
    throw new Error(`${rewards.length} rewards were given for ${answers} answers`);
  return rewards.map((reward) => reward ?? undefined);
}
