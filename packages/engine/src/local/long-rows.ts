import type { RowKind } from '@lathe/recipe/task-rows';

/** What is done about rows that are too long: as in a job that says nothing, an error of the first, or all of them left out. */
const localPolicies = ['error', 'drop'] as const;
export type LocalPolicy = (typeof localPolicies)[number];

/** Policies of a job that need its cutting of rows. */
const policiesOfJobs = ['truncate_end', 'truncate_middle_context', 'split'];

/** Kinds of row that become several examples where they are long. */
const splitKinds: readonly RowKind[] = ['text', 'tagged', 'question'];

/** Share of rows that may be left out for their length where nothing is asked for, as in a job. */
const longShare = 0.01;

/** The policy of a name. Throws RangeError for one that only a job knows, and for what is none. */
export function localPolicy(name: string): LocalPolicy {
  const found = localPolicies.find((policy) => policy === name);
  if (found !== undefined) return found;
  throw new RangeError(
    policiesOfJobs.includes(name)
      ? `--too-long ${name} is known to jobs alone (lathe.data.too_long); here it takes ${localPolicies.join(' or ')}`
      : `--too-long takes ${localPolicies.join(' or ')}`,
  );
}

/**
 * Throws RangeError with the first of the rows that are too long where the policy does not leave out as many. `rows`: all of the
 * file.
 */
export function judgeLong(
  long: readonly string[],
  { policy, rows }: { readonly policy: LocalPolicy | undefined; readonly rows: number },
): void {
  const most = { error: 0, drop: rows - 1, usual: longShare * rows }[policy ?? 'usual'];
  if (long.length > most) throw new RangeError(long[0]);
}

/** Throws RangeError where a policy is asked for and rows of a kind are split here whatever it says. */
export function requireUncut(policy: LocalPolicy | undefined, kind: RowKind): void {
  if (policy === undefined || !splitKinds.includes(kind)) return;
  throw new RangeError(
    `rows of the kind ${kind} are split here where they are long, so that --too-long ${policy} has no meaning; a job knows it (lathe.data.too_long)`,
  );
}
