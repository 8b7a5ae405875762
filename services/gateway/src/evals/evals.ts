import { LatheError } from '@lathe/contracts/error';
import type {
  CreateEval,
  EvalObject,
  listEvalsQuerySchema,
  UpdateEval,
} from '@lathe/contracts/http/eval';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId } from '@lathe/contracts/id';
import type { EvalRecord } from '@lathe/contracts/record/eval';
import { recordKey } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import { ConflictError, type RecordStore } from '@lathe/platform/records/port';
import type { z } from 'zod';
import { newestFirst, oldestFirst } from '../http/cursor.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import { type Claim, claimId, requestHash } from '../jobs/duplicates.ts';
import type { Listed } from '../record-lists.ts';
import { type CriteriaPorts, checkCriteria } from './criteria.ts';
import { checkItemSchema } from './item-schema.ts';
import { eraseRun, type RunPorts } from './runs.ts';

export type EvalPorts = Pick<Records, 'evals'> &
  CriteriaPorts & {
    readonly places: RecordStore<Place>;
    readonly claims: RecordStore<Claim>;
    readonly now: () => number;
  };

/** Largest definition of an eval, in bytes of JSON: a record has to hold it, and each of its runs a copy. */
const mostBytes = 256 * 1024;

/** The `eval` object of a record. */
export function evalObject(record: EvalRecord): EvalObject {
  return {
    id: record.id,
    object: 'eval',
    created_at: record.createdAt,
    name: record.name,
    metadata: record.metadata,
    data_source_config: record.config,
    testing_criteria: record.criteria,
  };
}

/** A request for an eval as it arrived. */
export type EvalRequest = {
  readonly project: string;
  readonly body: CreateEval;
  readonly idempotencyKey: string | undefined;
  /** The client marked this as a repetition of a request whose answer it did not see. */
  readonly isRetry: boolean;
  /** What was asked, where that says more than the body. */
  readonly asked?: unknown;
};

export type EvalLimits = {
  readonly evalsKept: number;
  readonly retryWindowMs: number;
  readonly idempotencyMs: number;
};

/**
 * Creates an eval. Sent twice (retry marker or idempotency key) it finds the first one. Throws `invalid_value` for criteria that could never run and an `item_schema` that says nothing of rows, and `rate_limit_exceeded` when the project
 * has as many as it may.
 */
export async function createEval(
  ports: EvalPorts,
  request: EvalRequest,
  limits: EvalLimits,
): Promise<EvalRecord> {
  const { project, body, idempotencyKey, isRetry, asked = { eval: body } } = request;
  const nowMs = ports.now();
  const hash = requestHash(asked);
  const claim = { kind: 'eval', project, hash, idempotencyKey, isRetry, nowMs } as const;
  const id = await claimId(ports.claims, claim, limits, {
    check: () => check(ports, request, limits),
    // An eval that is deleted takes its claim along.
    hasEnded: () => Promise.resolve(false),
  });
  const key = recordKey(project, id);
  const known = await ports.evals.get(key);
  if (known !== null) return known.value;
  const record: EvalRecord = {
    version: 1,
    id,
    project,
    createdAt: Math.floor(nowMs / 1000),
    ...{ createdMs: nowMs, updatedMs: nowMs },
    name: body.name ?? '',
    metadata: body.metadata ?? null,
    config: configOf(body.data_source_config),
    criteria: body.testing_criteria,
  };
  try {
    await ports.evals.create(key, record);
    return record;
  } catch (error) {
    // Ids are random: an eval of this id can only be the same request's.
    const stored = error instanceof ConflictError ? await ports.evals.get(key) : null;
    if (stored === null) throw error;
    return stored.value;
  }
}

/** Throws what is wrong with a request, or with the moment. */
async function check(
  ports: EvalPorts,
  { project, body }: EvalRequest,
  { evalsKept }: EvalLimits,
): Promise<void> {
  const { data_source_config: config, testing_criteria: criteria } = body;
  if (config.type === 'custom') checkItemSchema(config.item_schema);
  await checkCriteria(ports, { project, criteria });
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > mostBytes)
    throw new LatheError(
      'invalid_value',
      `The eval has ${sizeText(bytes)}; at most ${sizeText(mostBytes)} are taken.`,
      { param: 'testing_criteria' },
    );
  if ((await ports.evals.list(project)).length >= evalsKept)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${evalsKept} evals, as many as it may have; delete one of them.`,
      { retryable: false },
    );
}

const sampleSchema = {
  type: 'object',
  properties: { output_text: { type: 'string' }, output_json: { type: 'object' } },
};

/** The configuration with the JSON Schema of a whole row, as OpenAI answers it. */
function configOf(config: CreateEval['data_source_config']): EvalRecord['config'] {
  if (config.type !== 'custom') {
    const { type, metadata = null } = config;
    const schema = { type: 'object', properties: { sample: sampleSchema }, required: ['sample'] };
    return { type, metadata, schema };
  }
  const sample = config.include_sample_schema === true ? { sample: sampleSchema } : {};
  return {
    type: 'custom',
    schema: {
      type: 'object',
      properties: { item: config.item_schema, ...sample },
      required: ['item', ...Object.keys(sample)],
    },
  };
}

/** An eval of the project. Throws `not_found`. */
export async function getEval(
  { evals }: Pick<EvalPorts, 'evals'>,
  project: string,
  id: string,
): Promise<EvalRecord> {
  const stored = isId('eval', id) ? await evals.get(recordKey(project, id)) : null;
  return stored?.value ?? missing(id);
}

function missing(id: string): never {
  throw new LatheError('not_found', `No eval ${JSON.stringify(id)} exists.`, { param: 'eval_id' });
}

/** The project's evals, oldest first unless `order` says otherwise. */
export async function listEvals(
  { evals, places, lists }: Pick<EvalPorts, 'evals' | 'places'> & Listed<'evals'>,
  project: string,
  query: z.infer<typeof listEvalsQuerySchema>,
): Promise<Page<EvalObject>> {
  const byUpdate = query.order_by === 'updated_at';
  const all = (await lists.evals.list(project)).map((each) =>
    byUpdate ? { ...each, createdMs: each.updatedMs } : each,
  );
  const { items, hasMore } = await recordPage(all, query, {
    ...{ project, records: evals, places },
    compare: query.order === 'desc' ? newestFirst : oldestFirst,
    isShown: () => true,
    // Nobody remembers when an eval that is gone was changed.
    ...(byUpdate && { placeOf: async () => undefined }),
  });
  return page(items.map(evalObject), hasMore);
}

/** Changes the name or the metadata of an eval. Throws `not_found`. */
export async function updateEval(
  { evals, now }: Pick<EvalPorts, 'evals' | 'now'>,
  { project, id }: Pick<EvalRecord, 'project' | 'id'>,
  { name, metadata }: UpdateEval,
): Promise<EvalRecord> {
  const changed = await changeRecord(evals, recordKey(project, id), (record) => ({
    ...record,
    updatedMs: now(),
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
  }));
  return changed ?? missing(id);
}

/** Erases an eval with its runs and all that they answered; who works on one of them stops. */
export async function eraseEval(ports: EvalPorts & RunPorts, record: EvalRecord): Promise<void> {
  const { project, id } = record;
  const eraseRuns = async (): Promise<void> => {
    for (const { value: run } of await ports.evalRuns.list(project))
      if (run.evalId === id) await eraseRun(ports, run);
  };
  // The record goes last, so that an erasure which broke off is finished by asking again.
  await eraseRuns();
  await rememberPlace(ports.places, record);
  // A request that is sent again must not bring the eval back under its old id.
  for (const { key, value } of await ports.claims.list(project))
    if (value.jobId === id) await ports.claims.delete(key);
  await ports.evals.delete(recordKey(project, id));
  // Those that began meanwhile.
  await eraseRuns();
}
