import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import type { Records } from './records.ts';

/** A run in which a model was asked. */
export type AskedRun = EvalRunRecord & { readonly asking: NonNullable<EvalRunRecord['asking']> };

/**
 * The newest run of an eval in which a model was asked and which did not fail: its rows, messages and criteria are how the eval asks.
 * Undefined where there is none.
 * @example (await newestAskedRun(await openAllRecords(nats), 'default', 'eval_4f…'))?.asking.chat.model;
 */
export async function newestAskedRun(
  { evalRuns }: Pick<Records, 'evalRuns'>,
  project: string,
  evalId: string,
): Promise<AskedRun | undefined> {
  const runs = (await evalRuns.list(project)).map(({ value }) => value);
  return runs
    .filter((run): run is AskedRun => run.asking !== null)
    .filter((run) => run.evalId === evalId && run.state !== 'failed')
    .toSorted((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1))[0];
}
