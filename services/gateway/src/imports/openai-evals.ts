import { LatheError } from '@lathe/contracts/error';
import { createEvalSchema } from '@lathe/contracts/http/eval';
import { createRunSchema } from '@lathe/contracts/http/eval-run';
import type { Grader } from '@lathe/contracts/http/grader';
import { ItemSchemaError, readItemSchema } from '@lathe/graders/read-schema';
import { z } from 'zod';
import { parseRequest } from '../http/parse.ts';
import { Findings } from './findings.ts';
import type { Ask, Imported } from './imported.ts';

const object = z.record(z.string(), z.unknown());
const outputItemSchema = z.looseObject({
  datasource_item: object,
  sample: z
    .looseObject({ output: z.array(z.looseObject({ content: z.unknown().optional() })).nullish() })
    .nullish(),
});
const runSchema = z.looseObject({
  run: z.looseObject({
    id: z.string(),
    name: z.string().nullish(),
    data_source: z.looseObject({ type: z.string() }),
    result_counts: z.looseObject({ passed: z.number(), total: z.number() }).nullish(),
  }),
  output_items: z.array(outputItemSchema).default([]),
});
/** A file of the script with which Langfuse's guide has OpenAI's evals exported: the objects as OpenAI's Python client dumps them. */
const exportSchema = z.looseObject({
  eval: z.looseObject({
    name: z.string().nullish(),
    data_source_config: z.looseObject({
      type: z.string(),
      schema: object.optional(),
      schema_: object.optional(),
    }),
    testing_criteria: z.array(object),
  }),
  rows: z.array(object),
  runs: z.array(runSchema),
});
type Run = z.infer<typeof runSchema>;

export type OpenAiImport = {
  /** Is asked, judges, and makes vectors. */
  readonly model: string;
  /** Whether the platform has a sandbox for graders in Python. */
  readonly runsPython: boolean;
};

/** Reads one eval of an export of OpenAI's evals. Throws `invalid_value` for what is none. */
export function readOpenAiEval(file: unknown, how: OpenAiImport): Imported {
  const { eval: exported, rows: items, runs } = parseRequest(exportSchema, file);
  const findings = new Findings();
  const criteria = exported.testing_criteria.flatMap(
    (each, at) => criterionOf(each, { ...how, at: `eval.testing_criteria[${at}]`, findings }) ?? [],
  );
  const told = runs.map(({ run }, at) => tellRun(run, at, findings));
  const asks =
    told.length === 0
      ? []
      : distinct(runs.flatMap((run, at) => askOf(run, { ...how, at, findings }) ?? []));
  // Of runs that only judged what rows brought along, the newest, which OpenAI lists first.
  const judged =
    asks.length === 0 ? runs.find(({ output_items }) => output_items.length > 0) : undefined;
  if (asks.length > 0 && runs.some(({ output_items }) => output_items.length > 0))
    findings.add('runs', 'changed', 'The answers of then are not kept: the runs ask again.');
  const rows = judged === undefined ? items.map((item) => ({ item })) : answered(judged, findings);
  if (rows.length > 0)
    findings.add(
      'rows',
      'kept',
      `${rows.length === 1 ? '1 row is' : `${rows.length} rows are`} a file.`,
    );
  return {
    name: exported.name ?? 'openai eval',
    criteria,
    itemSchema: itemSchemaOf(exported.data_source_config, findings),
    rows: rows.map((row) => JSON.stringify(row)),
    asks: asks.length > 0 ? asks : null,
    findings: findings.list,
  };
}

/** Clients dump what was left out as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
}

const criterionSchema = createEvalSchema.shape.testing_criteria.element;

function criterionOf(
  given: Record<string, unknown>,
  {
    at,
    model,
    runsPython,
    findings,
  }: OpenAiImport & { readonly at: string; readonly findings: Findings },
): Grader | undefined {
  const { id: _, ...grader } = withoutNulls(given) as Record<string, unknown>;
  const { type } = grader;
  if (type === 'python' && !runsPython) {
    findings.add(at, 'impossible', 'python: a javascript grader does the same; it is left out.');
    return undefined;
  }
  const isJudge = type === 'score_model' || type === 'label_model';
  const asks = isJudge || grader.evaluation_metric === 'cosine';
  const whole = { ...grader, ...(asks && { model }) };
  const read = readCriterion(whole, { at, findings });
  if ('whyNot' in read) {
    findings.add(at, 'impossible', `${String(type)}: it is left out. ${read.whyNot}`);
    return undefined;
  }
  if (isJudge && grader.model !== model)
    findings.add(`${at}.model`, 'changed', `${model} judges instead of ${String(grader.model)}.`);
  else if (asks && !isJudge)
    findings.add(`${at}.model`, 'changed', `The vectors of ${model} are compared.`);
  else findings.add(at, 'kept', 'It is a criterion.');
  return read.value;
}

/** The criterion, without how its judge was sampled where the rest alone is one here: findings tell that. */
function readCriterion(
  whole: Record<string, unknown>,
  { at, findings }: { readonly at: string; readonly findings: Findings },
): ReturnType<typeof readOrWhyNot<Grader>> {
  const read = readOrWhyNot(criterionSchema, whole);
  const { sampling_params: sampling, ...bare } = whole;
  if (!('whyNot' in read) || sampling === undefined) return read;
  const readBare = readOrWhyNot(criterionSchema, bare);
  if ('whyNot' in readBare) return read;
  findings.add(`${at}.sampling_params`, 'changed', `All of them are left out. ${read.whyNot}`);
  return readBare;
}

/** What a schema makes of a value, or the sentence that names the field at fault. */
function readOrWhyNot<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly value: T } | { readonly whyNot: string } {
  try {
    return { value: parseRequest(schema, value) };
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    return { whyNot: error.message };
  }
}

function itemSchemaOf(
  // The Python client calls it schema_, as its classes have a schema of their own.
  { type, schema_, schema = schema_ }: z.infer<typeof exportSchema>['eval']['data_source_config'],
  findings: Findings,
): Record<string, unknown> {
  const at = 'eval.data_source_config';
  if (type !== 'custom') {
    findings.add(at, 'changed', `${type}: its rows are a file, whose items may be anything.`);
    return {};
  }
  const { item } = (schema?.properties ?? {}) as { readonly item?: Record<string, unknown> };
  try {
    readItemSchema(item ?? {}, () => () => true);
    findings.add(at, 'kept', 'Rows are held against its schema.');
    return item ?? {};
  } catch (error) {
    if (!(error instanceof ItemSchemaError)) throw error;
    findings.add(at, 'changed', `Rows are held against no schema: ${error.message}.`);
    return {};
  }
}

function tellRun({ id, result_counts: counts }: Run['run'], at: number, findings: Findings): void {
  if (counts != null)
    findings.add(
      `runs[${at}].run`,
      'kept',
      `OpenAI counted ${counts.passed} of ${counts.total} rows of ${id} as passed.`,
    );
}

/** What a run asked; undefined for one that asked nothing, or that cannot be asked here. */
function askOf(
  { run }: Run,
  {
    at,
    model: asked,
    findings,
  }: OpenAiImport & { readonly at: number; readonly findings: Findings },
): Ask | undefined {
  const place = `runs[${at}].run.data_source`;
  const { type, model, input_messages, sampling_params, source } = withoutNulls(
    run.data_source,
  ) as Record<string, unknown>;
  if (type !== 'completions' && type !== 'responses') return undefined;
  // Where a run names no messages, those of its stored completions were asked, which are in its rows.
  const ask: Ask = {
    ...{ name: run.name ?? run.id, type },
    input_messages: input_messages ?? { type: 'item_reference', item_reference: 'item.input' },
    sampling_params: sampling_params ?? {},
  };
  if (model !== asked)
    findings.add(`${place}.model`, 'changed', `${asked} is asked instead of ${String(model)}.`);
  const { type: from } = (source ?? {}) as { readonly type?: unknown };
  if (from !== 'file_id' && from !== 'file_content')
    findings.add(`${place}.source`, 'changed', `${String(from)}: the rows of then are a file.`);
  const whyNot = misfit(ask);
  if (whyNot === undefined) {
    findings.add(place, 'kept', 'Its messages are asked.');
    return ask;
  }
  const bare = { ...ask, sampling_params: {} };
  const whyNotBare = misfit(bare);
  if (whyNotBare === undefined) {
    const told = `All of them are left out. ${whyNot}`;
    findings.add(`${place}.sampling_params`, 'changed', told);
    return bare;
  }
  const told = `They are no messages of texts; the run is left out. ${whyNotBare}`;
  findings.add(`${place}.input_messages`, 'impossible', told);
  return undefined;
}

/** Why a run cannot ask so; undefined of one that can. */
function misfit({ type, input_messages, sampling_params }: Ask): string | undefined {
  const source = { type: 'file_id', id: 'file-0' };
  const data_source = { type, model: 'm', source, input_messages, sampling_params };
  const read = readOrWhyNot(createRunSchema, { data_source });
  return 'whyNot' in read ? read.whyNot : undefined;
}

/** Runs that asked the same of several models are one here. */
function distinct(asks: readonly Ask[]): Ask[] {
  const known = new Map<string, Ask>();
  for (const ask of asks) {
    const { name: _, ...what } = ask;
    const key = JSON.stringify(what);
    if (!known.has(key)) known.set(key, ask);
  }
  return [...known.values()];
}

/** The rows of a run with the answers of then. */
function answered({ run, output_items }: Run, findings: Findings): object[] {
  findings.add('runs', 'kept', `The answers of ${run.id} are judged again.`);
  return output_items.flatMap(({ datasource_item: item, sample }, at) => {
    const content = sample?.output?.[0]?.content;
    if (typeof content === 'string') return [{ item, sample: { output_text: content } }];
    const where = `runs.${run.id}.output_items[${at}]`;
    findings.add(where, 'impossible', 'It has no answer, and is left out.');
    return [];
  });
}
