import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull } from '@lathe/platform/disk-full';
import type { FromEngine } from './engine-message.ts';

/** How long a full disk is left alone between two tries, and after how many tries the owner hears of it again. */
const pauseMs = 1000;
const triesAWord = 60;

/** What a run that waits needs of its process. */
export type WaitPorts = {
  send(message: FromEngine): void;
  /** Lets messages in; throws when the worker is gone. */
  breathe(): Promise<void>;
  /** Whether the worker wants the run to save and end. */
  stopWanted(): boolean;
};

/**
 * Writes to this machine's disk, and again while it is full: that is no fault of the job, and the steps since the last
 * checkpoint are kept by waiting. Throws what went wrong when the run is to stop meanwhile, and any other failure at
 * once. `write` does all that it is for or nothing.
 */
export async function whenThereIsRoom<T>(
  write: () => Promise<T>,
  ports: WaitPorts,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const text =
        'The disk of the worker is full: the training waits for room to save what it has.';
      if (tries % triesAWord === 0) ports.send({ kind: 'log', level: 'warn', text });
      await pause(pauseMs);
      await ports.breathe();
      if (ports.stopWanted()) throw error;
    }
}
