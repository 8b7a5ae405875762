import { evalRunRowsKey } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { CompletionFilter } from '@lathe/contracts/http/stored-completion';
import type { EvalRecord } from '@lathe/contracts/record/eval';
import { type EvalRunRecord, isRunOver } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import { publishWork } from '@lathe/platform/nats/work';
import { ConflictError } from '@lathe/platform/records/port';
import type { ReadRun } from '../bodies/eval-requests.ts';
import { getFile } from '../files/files.ts';
import { newestFirst } from '../http/cursor.ts';
import { BadReference } from '../http/failure.ts';
import { claimId, requestHash } from '../jobs/duplicates.ts';
import { requireDoor } from '../models/doors.ts';
import { chosenStored } from '../stored/stored-completions.ts';
import { storedRows } from '../stored/stored-rows.ts';
import { checkCriteria, named, requireModel } from './criteria.ts';
import { itemSchemaOf } from './item-schema.ts';
import { eraseRun, type RunPorts, storedRun } from './runs.ts';

export type RunLimits = {
  readonly evalRunsOpen: number;
  readonly evalRunsKept: number;
  readonly evalRows: number;
  readonly evalRowBytes: number;
  readonly retryWindowMs: number;
  readonly idempotencyMs: number;
};

/** A request for a run as it arrived. */
export type RunRequest = ReadRun & {
  readonly of: EvalRecord;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  /** The client marked this as a repetition of a request whose answer it did not see. */
  readonly isRetry: boolean;
};

/** Most of what a run says beside its rows, in bytes of JSON: a record has to hold it twice, and the eval's criteria. */
const mostBytes = 256 * 1024;

/** Seconds after which a place is likely to be free again. */
const retryAfterMs = 5000;

/**
 * Begins a run: checks what the request names, stores the rows that it brings along, writes the record, and queues it.
 * Sent twice (retry marker or idempotency key) it finds the first run. Throws errors that name the field at fault, and
 * `rate_limit_exceeded` when the project has too many runs under way.
 */
export async function createRun(
  ports: RunPorts,
  request: RunRequest,
  limits: RunLimits,
): Promise<EvalRunRecord> {
  const { of, idempotencyKey, isRetry } = request;
  const { project } = of;
  const nowMs = ports.now();
  const hash = requestHash({ eval: of.id, request: request.hash });
  const claim = { kind: 'evalRun', project, hash, idempotencyKey, isRetry, nowMs } as const;
  let criteria: EvalRunRecord['criteria'] | undefined;
  const id = await claimId(ports.claims, { ...claim }, limits, {
    check: async () => {
      criteria = await check(ports, request, limits);
    },
    hasEnded: async (known) => {
      const earlier = await ports.evalRuns.get(recordKey(project, known));
      return earlier !== null && isRunOver(earlier.value);
    },
  });
  const known = await ports.evalRuns.get(recordKey(project, id));
  const run =
    known?.value ??
    (await store(ports, request, {
      id,
      nowMs,
      criteria: criteria ?? (await checkCriteria(ports, of)),
    }));
  if (run.state === 'queued')
    await publishWork(ports.nats, 'eval-run', {
      ...{ version: 1, project, jobId: id, epoch: 0, requestId: run.requestId },
    });
  if ((await ports.evals.get(recordKey(project, of.id))) !== null) return run;
  await eraseRun(ports, run);
  throw new LatheError('not_found', `The eval ${of.id} was deleted.`, { param: 'eval_id' });
}

/** The eval's criteria as they are now. Throws what is wrong with a request, or with the moment. */
async function check(
  ports: RunPorts,
  request: RunRequest,
  limits: RunLimits,
): Promise<EvalRunRecord['criteria']> {
  const { of, source, asking, dataSource } = request;
  const bytes = Buffer.byteLength(JSON.stringify(dataSource));
  if (bytes > mostBytes)
    throw new LatheError(
      'invalid_value',
      `'data_source' has ${sizeText(bytes)} beside its rows; at most ${sizeText(mostBytes)} are taken.`,
      { param: 'data_source' },
    );
  const { project } = of;
  if (asking !== null) {
    const param = 'data_source.model';
    const model = await requireModel(ports, project, { name: asking.chat.model, param });
    await named(param, async () => requireDoor(model, 'chat'));
  }
  // A model of theirs may be gone since.
  const criteria = await checkCriteria(ports, of);
  if ('file' in source) await checkFile(ports, project, source.file);
  else if ('rows' in source) checkRows(source.rows, limits);
  else await checkStored(ports, project, { filter: source.completions, limits });
  const all = (await ports.evalRuns.list(project)).map(({ value }) => value);
  const open = all.filter((run) => !isRunOver(run)).length;
  if (open >= limits.evalRunsOpen)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${open} runs of evals under way, and may have ${limits.evalRunsOpen}; wait for one of them, or cancel it.`,
      { retryAfterMs },
    );
  const over = all.filter(isRunOver).toSorted(newestFirst);
  for (const oldest of over.slice(limits.evalRunsKept - 1)) await eraseRun(ports, oldest);
  return criteria;
}

async function checkFile(ports: RunPorts, project: string, id: string): Promise<void> {
  const param = 'data_source.source.id';
  try {
    await getFile(ports, project, id);
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== 'not_found') throw error;
    throw new BadReference('not_found', `'${param}' names no file: ${id} does not exist.`, {
      param,
      cause: error,
    });
  }
}

async function checkStored(
  ports: RunPorts,
  project: string,
  { filter, limits }: { readonly filter: CompletionFilter; readonly limits: RunLimits },
): Promise<void> {
  const param = 'data_source.source';
  const { length } = await chosenStored(ports, project, filter);
  if (length === 0)
    throw new LatheError('invalid_value', `'${param}' means no stored completion.`, { param });
  if (length > limits.evalRows)
    throw new LatheError(
      'invalid_value',
      `'${param}' means ${length} stored completions; a run takes at most ${limits.evalRows}.`,
      { param },
    );
}

function checkRows(rows: readonly string[], { evalRows, evalRowBytes }: RunLimits): void {
  const param = 'data_source.source.content';
  if (rows.length > evalRows)
    throw new LatheError(
      'invalid_value',
      `'${param}' has ${rows.length} rows; a run takes at most ${evalRows}.`,
      { param },
    );
  const at = rows.findIndex((row) => Buffer.byteLength(row) > evalRowBytes);
  if (at >= 0)
    throw new LatheError(
      'invalid_value',
      `'${param}[${at}]' is longer than ${sizeText(evalRowBytes)}, the most that a row may have.`,
      { param: `${param}[${at}]` },
    );
}

/** What is asked by the model's own name: an alias may stand for another before the last row. */
async function ownNamed(
  ports: RunPorts,
  project: string,
  { chat, ...rest }: NonNullable<RunRequest['asking']>,
): Promise<NonNullable<RunRequest['asking']>> {
  const at = { name: chat.model, param: 'data_source.model' };
  const { name: model } = await requireModel(ports, project, at);
  return { ...rest, chat: { ...chat, model } };
}

/** Stores the rows and then the record, unless an earlier try has. */
async function store(
  ports: RunPorts,
  { of, body, source, dataSource, asking, requestId }: RunRequest,
  {
    id,
    nowMs,
    criteria,
  }: { readonly id: string; readonly nowMs: number } & Pick<EvalRunRecord, 'criteria'>,
): Promise<EvalRunRecord> {
  const { project } = of;
  const key = evalRunRowsKey(project, id);
  const rows: EvalRunRecord['rows'] =
    'file' in source
      ? { kind: 'file', id: source.file }
      : {
          kind: 'inline',
          object: {
            key,
            ...(await ports.artifacts.put(
              key,
              'rows' in source
                ? Buffer.from(`${source.rows.join('\n')}\n`)
                : storedRows(ports, project, source.completions),
            )),
          },
        };
  const itemSchema = itemSchemaOf(of);
  const run: EvalRunRecord = {
    version: 1,
    ...{ id, project, evalId: of.id, requestId },
    createdAt: Math.floor(nowMs / 1000),
    createdMs: nowMs,
    name: body.name ?? '',
    metadata: body.metadata ?? null,
    state: 'queued',
    ...{ dataSource, rows, asking: asking && (await ownNamed(ports, project, asking)) },
    ...(itemSchema !== undefined && { itemSchema }),
    criteria,
    tally: {
      counts: { total: 0, passed: 0, failed: 0, errored: 0 },
      criteria: of.criteria.map(({ name }) => ({ testing_criteria: name, passed: 0, failed: 0 })),
      usage: [],
    },
    error: null,
    finishedAt: null,
  };
  try {
    await ports.evalRuns.create(recordKey(project, id), run);
    return run;
  } catch (error) {
    // Ids are random: a run of this id can only be the same request's.
    const stored = error instanceof ConflictError ? await storedRun(ports, run) : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
}
