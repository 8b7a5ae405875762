import type { Grader } from '@lathe/contracts/http/grader';
import type { Part } from '@lathe/graders/begin';

/** A body with a grader: to be checked, or to be run as far as that needs no model. */
export type GraderTask = {
  readonly kind: 'validate' | 'run';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly programMs: number;
  readonly programBytes: number;
};

/** What came of it; a grader that is only checked has no parts. */
export type GraderBegun = { readonly grader: Grader; readonly parts: readonly Part[] };
