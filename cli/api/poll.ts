import { setTimeout as sleep } from 'node:timers/promises';

const firstMs = 100;
const mostMs = 2000;

/** Asks again and again, with pauses that grow, until the answer is the one that is waited for. */
export async function poll<T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let pause = firstMs; ; pause = Math.min(mostMs, pause * 1.5)) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    await sleep(pause, undefined, { signal });
  }
}
