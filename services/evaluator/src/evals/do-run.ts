import { evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import {
  evalItemKey,
  evalItemsPrefix,
  evalRunPrefix,
  readEvalItemKey,
} from '@lathe/contracts/artifact/key';
import { inStep, toWireError } from '@lathe/contracts/error';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { type EvalRunRecord, endRun, isRunOver } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import type { WorkContext, WorkResult } from '@lathe/platform/nats/work-handler';
import { changeRecord } from '@lathe/platform/records/change';
import { untilEngineHolds } from '../engine/engine-lost.ts';
import { answerRow } from './answer-row.ts';
import { followRun } from './follow-run.ts';
import { type PlacedRow, readRows } from './rows.ts';
import type { RunPorts } from './run-ports.ts';
import { createTally, type Tally } from './tally.ts';

type Context = Pick<WorkContext, 'signal' | 'progress'>;

/**
 * Does the run of a message, from its record to its end. Each row is stored by its place as soon as it is answered, and a
 * row that is stored is never asked again: doing a run twice, or going on where another evaluator was killed, changes
 * nothing. Throws what made it fail, for `failRun` or another try.
 */
export async function doRun(
  ports: RunPorts,
  message: WorkMessage,
  context: Context,
): Promise<WorkResult> {
  const run = await begin(ports, message);
  if (run === undefined) return { kind: 'drop', reason: 'the run is gone' };
  if (isRunOver(run)) return { kind: 'drop', reason: `the run is ${run.state}` };
  const tally = createTally(run.criteria.map(({ name }) => name));
  const total = { rows: 0 };
  const follower = followRun(ports, run, { context, tally: () => tally.now(total.rows) });
  try {
    // Before anything is asked: a broken row is told at once, and how many there are is known.
    for await (const _ of readRows(ports, run)) {
      follower.signal.throwIfAborted();
      context.progress();
      total.rows++;
    }
    const done = await inStep('reading what was answered before', () => recall(ports, run, tally));
    // Told at once if it is gone or cannot chat, and not in every row.
    if (run.asking !== null) await ports.models.find(run.project, run.asking.chat.model);
    await answerRows(ports, run, { done, tally, follower });
    await follower.stop();
    const ended = await changeRecord(ports.evalRuns, recordKey(run.project, run.id), (record) =>
      isRunOver(record)
        ? null
        : endRun(
            record,
            { state: 'completed', tally: tally.now(total.rows) },
            Math.floor(ports.now() / 1000),
          ),
    );
    if (ended === undefined) await forget(ports, run);
    return { kind: 'done' };
  } catch (error) {
    const { end } = await follower.stop();
    if (end === undefined) throw error;
    if (end === 'gone') await forget(ports, run);
    return { kind: 'drop', reason: `the run is ${end}` };
  }
}

/** Ends a run that no retry can cure; one that is over or gone is left alone. */
export async function failRun(
  { evalRuns, now }: Pick<RunPorts, 'evalRuns' | 'now'>,
  { project, jobId }: Pick<WorkMessage, 'project' | 'jobId'>,
  failure: unknown,
): Promise<void> {
  const error = toWireError(failure, 'running the eval');
  await changeRecord(evalRuns, recordKey(project, jobId), (record) =>
    isRunOver(record) ? null : endRun(record, { state: 'failed', error }, Math.floor(now() / 1000)),
  );
}

/** Marks the run as begun; undefined where it is gone. */
function begin(
  { evalRuns, server }: RunPorts,
  { project, jobId }: WorkMessage,
): Promise<EvalRunRecord | undefined> {
  const name = server();
  return changeRecord(evalRuns, recordKey(project, jobId), (record) => {
    if (isRunOver(record)) return null;
    const count = record.attempt?.server === name ? record.attempt.count + 1 : 1;
    return { ...record, state: 'in_progress', attempt: { server: name, count } };
  });
}

/** What was stored while the run was erased goes, too. */
async function forget({ artifacts }: RunPorts, { project, id }: EvalRunRecord): Promise<void> {
  await artifacts.deletePrefix(evalRunPrefix(project, id));
}

/** Counts the rows that are stored already. Returns their places. */
async function recall(
  { artifacts }: RunPorts,
  { project, id }: EvalRunRecord,
  tally: Tally,
): Promise<Set<number>> {
  const keys: string[] = [];
  for await (const { key } of artifacts.list(evalItemsPrefix(project, id))) keys.push(key);
  const done = new Set<number>();
  for (const key of keys.toSorted()) {
    const name = readEvalItemKey(key);
    if (name === undefined || done.has(name.index)) continue;
    tally.add(await readJson(artifacts, key, evalItemSchema));
    done.add(name.index);
  }
  return done;
}

type Work = {
  readonly done: ReadonlySet<number>;
  readonly tally: Tally;
  readonly follower: ReturnType<typeof followRun>;
};

/** Answers and stores all rows that are not stored yet, some side by side. */
async function answerRows(
  ports: RunPorts,
  run: EvalRunRecord,
  { done, tally, follower }: Work,
): Promise<void> {
  const { settings, artifacts, log } = ports;
  const failed = new AbortController();
  const signal = AbortSignal.any([follower.signal, failed.signal]);
  const rows = readRows(ports, run);
  const alone = inTurns();
  const answer = async (row: PlacedRow): Promise<void> => {
    let losses = 0;
    const attempt = () => answerRow(ports, run, { row, signal });
    // After the engine was lost with several rows in it, each is tried by itself: then it shows which one ends it.
    const work = () => (losses === 0 ? attempt() : alone(attempt));
    const onLost = async (count: number): Promise<void> => {
      losses = count;
      follower.progress();
    };
    const item = await untilEngineHolds(work, { ...settings, signal, log, onLost });
    const key = evalItemKey(run.project, run.id, item);
    await inStep('storing an answered row', () => writeJson(artifacts, key, evalItemSchema, item));
    tally.add(item);
    follower.progress();
  };
  const worker = async (): Promise<void> => {
    for (;;) {
      const { value: row, done: isLast } = await rows.next();
      if (isLast === true) return;
      signal.throwIfAborted();
      if (!done.has(row.index)) await answer(row);
    }
  };
  const workers = Array.from({ length: settings.evalRowSlots }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  // All have to be at rest before anything else happens to the run.
  const ends = await Promise.allSettled(workers);
  // Whoever leaves early leaves a file open.
  await rows.return();
  follower.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Does one thing after another. */
function inTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const turn = last.then(act, act);
    last = turn;
    return turn;
  };
}
