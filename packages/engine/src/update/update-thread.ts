import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OptimizerSettings } from '@lathe/recipe/optimizer';
import type { SharedState, UpdateNumbers } from './host-members.ts';
import { movedBuffers, type SentGradient, sentGradient } from './sent-gradient.ts';
import type { MemberGradient } from './summed-gradient.ts';

/** What a thread is started with. */
export type ThreadTask = {
  readonly state: SharedState;
  readonly optimizer: OptimizerSettings;
  /** The parameters that are the thread's, by name. */
  readonly names: readonly string[];
  /** Whether a device lends gradients. */
  readonly lends: boolean;
  /** Our own kernels, where the device has them. */
  readonly library: string | undefined;
};

export type ToUpdateThread =
  | {
      readonly kind: 'gradients';
      readonly gradients: readonly SentGradient[];
      readonly isFirst: boolean;
      readonly isLast: boolean;
    }
  | { readonly kind: 'update'; readonly numbers: UpdateNumbers }
  | { readonly kind: 'drop' };

export type FromUpdateThread =
  | { readonly kind: 'squares'; readonly squares: readonly number[] }
  | { readonly kind: 'updated' };

/** A second thread that updates a share of the parameters while this one updates the others. */
export type UpdateThread = {
  /**
   * Hands over the gradients of a micro-batch, which this thread must not read any more. Resolves when they are added up,
   * with Σ g² of each parameter's sum at the last, and else with nothing. Lent ones are still this thread's to give back:
   * those of the first micro-batch when the update is over, of another when this resolves.
   */
  take(
    gradients: readonly MemberGradient[],
    place: { readonly isFirst: boolean; readonly isLast: boolean },
  ): Promise<readonly number[]>;
  update(numbers: UpdateNumbers): Promise<void>;
  /** Lets the gradients go without an update. */
  drop(): void;
  stop(): Promise<void>;
};

/** Starts a thread. Its failures reject what waits for it. */
export function startUpdateThread(task: ThreadTask): UpdateThread {
  const worker = new Worker(new URL('./update-worker.ts', import.meta.url), { workerData: task });
  // A run that is forgotten does not keep the process alive.
  worker.unref();
  const tell = (message: ToUpdateThread, moved: ArrayBuffer[] = []): void =>
    worker.postMessage(message, moved);
  const heard = async <Kind extends FromUpdateThread['kind']>(
    kind: Kind,
  ): Promise<FromUpdateThread & { kind: Kind }> => {
    worker.ref();
    try {
      const [message] = (await once(worker, 'message')) as [FromUpdateThread];
      if (message.kind !== kind) throw new Error(`the update thread answered ${message.kind}`);
      return message as FromUpdateThread & { kind: Kind };
    } finally {
      worker.unref();
    }
  };
  return {
    async take(gradients, { isFirst, isLast }) {
      const moved = gradients.flatMap(movedBuffers);
      const answer = heard('squares');
      tell({ kind: 'gradients', gradients: gradients.map(sentGradient), isFirst, isLast }, moved);
      return (await answer).squares;
    },
    async update(numbers) {
      const answer = heard('updated');
      tell({ kind: 'update', numbers });
      await answer;
    },
    drop: () => tell({ kind: 'drop' }),
    async stop() {
      await worker.terminate();
    },
  };
}
