import { evalRunPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { listRunsQuerySchema } from '@lathe/contracts/http/eval-run';
import { isId } from '@lathe/contracts/id';
import type { EvalRecord } from '@lathe/contracts/record/eval';
import { type EvalRunRecord, endRun } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Nats } from '@lathe/platform/nats/connection';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import type { RecordStore } from '@lathe/platform/records/port';
import type { z } from 'zod';
import { newestFirst, oldestFirst } from '../http/cursor.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import type { Claim } from '../jobs/duplicates.ts';
import type { Listed } from '../record-lists.ts';
import type { CriteriaPorts } from './criteria.ts';

export type RunPorts = Pick<Records, 'evals' | 'evalRuns' | 'files' | 'storedCompletions'> &
  CriteriaPorts & {
    readonly nats: Nats;
    readonly artifacts: ArtifactStore;
    readonly claims: RecordStore<Claim>;
    readonly places: RecordStore<Place>;
    readonly now: () => number;
  };

/** A run as it is stored; undefined where there is none. */
export async function storedRun(
  { evalRuns }: Pick<RunPorts, 'evalRuns'>,
  { project, id }: Pick<EvalRunRecord, 'project' | 'id'>,
): Promise<EvalRunRecord | undefined> {
  return (await evalRuns.get(recordKey(project, id)))?.value;
}

/** Where a run is looked for. */
export type RunPlace = { readonly project: string; readonly evalId: string; readonly id: string };

/** A run of an eval of the project. Throws `not_found`. */
export async function getRun(
  ports: Pick<RunPorts, 'evalRuns'>,
  { project, evalId, id }: RunPlace,
): Promise<EvalRunRecord> {
  const run = isId('evalRun', id) ? await storedRun(ports, { project, id }) : undefined;
  if (run !== undefined && run.evalId === evalId) return run;
  throw new LatheError('not_found', `The eval has no run ${JSON.stringify(id)}.`, {
    param: 'run_id',
  });
}

/** The runs of an eval, oldest first unless `order` says otherwise. */
export async function listRuns(
  { evalRuns, places, lists }: Pick<RunPorts, 'evalRuns' | 'places'> & Listed<'evalRuns'>,
  { project, id: evalId }: Pick<EvalRecord, 'project' | 'id'>,
  query: z.infer<typeof listRunsQuerySchema>,
): Promise<{ items: EvalRunRecord[]; hasMore: boolean }> {
  const runs = (await lists.evalRuns.list(project)).filter((run) => run.evalId === evalId);
  return recordPage(runs, query, {
    ...{ project, records: evalRuns, places },
    compare: query.order === 'desc' ? newestFirst : oldestFirst,
    isShown: ({ state }) => query.status === undefined || state === query.status,
  });
}

/** Ends a run that is not over: whoever works on it stops. Throws `not_found`, and `invalid_state` where it is over. */
export async function cancelRun(
  { evalRuns, now }: Pick<RunPorts, 'evalRuns' | 'now'>,
  { project, id }: EvalRunRecord,
): Promise<EvalRunRecord> {
  const ended = await changeRecord(evalRuns, recordKey(project, id), (record) =>
    endRun(record, { state: 'canceled' }, Math.floor(now() / 1000)),
  );
  if (ended !== undefined) return ended;
  throw new LatheError('not_found', `The run ${id} was deleted.`, { param: 'run_id' });
}

/** Removes a run with all that it answered; whoever works on it stops. */
export async function eraseRun(
  ports: Pick<RunPorts, 'evalRuns' | 'places' | 'artifacts' | 'claims'>,
  run: EvalRunRecord,
): Promise<void> {
  const { project, id } = run;
  await rememberPlace(ports.places, run);
  // A request that is sent again must not bring the run back under its old id.
  for (const { key, value } of await ports.claims.list(project))
    if (value.jobId === id) await ports.claims.delete(key);
  // First the record: what an evaluator stores from now on it removes itself, since it finds none.
  await ports.evalRuns.delete(recordKey(project, id));
  await ports.artifacts.deletePrefix(evalRunPrefix(project, id));
}
