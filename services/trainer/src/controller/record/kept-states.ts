import type { JobRecord } from '@lathe/contracts/job/record';
import { checkpointStep } from '../../manifest.ts';
import { keysWithState } from './checkpoints.ts';
import { removeState, type TidyPorts } from './removal.ts';

/** Checkpoints of a job that keep their training state: one more than is needed, in case the newest is damaged. */
export const keptStates = 2;

/** Removes training states of a job that no run will need. */
export type KeptStates = {
  /** A checkpoint was stored: all but the newest two lose their state. */
  took(manifestKey: string): Promise<void>;
  /** A checkpoint is of no use for resuming any more. */
  dropped(manifestKey: string): Promise<void>;
};

/** Keeps the two newest training states of one job. What earlier runs left is looked up once. */
export function keepNewestStates(ports: TidyPorts, job: JobRecord): KeptStates {
  let known: string[] | undefined;
  return {
    async took(manifestKey) {
      const keys = new Set(known ?? (await keysWithState(ports.artifacts, job)));
      keys.add(manifestKey);
      known = [...keys].sort((a, b) => checkpointStep(a) - checkpointStep(b));
      while (known.length > keptStates) {
        const [oldest] = known;
        if (oldest !== undefined) await removeState(ports, job, oldest);
        known.shift();
      }
    },
    async dropped(manifestKey) {
      await removeState(ports, job, manifestKey);
      known = known?.filter((key) => key !== manifestKey);
    },
  };
}
