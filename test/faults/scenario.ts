import type { References } from './stage.ts';

/** One fault of the list, dealt to a platform of its own. */
export type Scenario = {
  /** Its number in the list of faults, as the table shows it. */
  readonly fault: string;
  readonly title: string;
  /** Resolves when everything held. Throws with what did not. */
  run(references: References): Promise<void>;
  /** Why it cannot run on this machine, or null. */
  readonly missing?: () => string | null;
};
