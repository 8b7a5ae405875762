/**
 * Copies evals and files from OpenAI to Lathe through the same client, and tells of each model that was tuned what tunes another one
 * here: what is copied keeps its name, and what cannot be is told.
 *
 *     FROM_KEY=sk-… TO_KEY=$(cat .lathe/api-key) npx node examples/migrate/copy.ts
 *
 * `FROM_URL` (OpenAI) and `TO_URL` (http://127.0.0.1:8080/v1) say where; both ends may be any service with this API. What there is of
 * each eval is written into a file in the folder `KEEP` (openai-evals), too.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';

const env = process.env;
const clientOf = (baseURL: string, apiKey: string | undefined, name: string): OpenAI => {
  // A variable that was passed on from an unset one is empty.
  if (!apiKey) {
    console.error(`${name} must hold the API key for ${baseURL}`);
    process.exit(2);
  }
  return new OpenAI({ baseURL, apiKey });
};
const from = clientOf(env.FROM_URL ?? 'https://api.openai.com/v1', env.FROM_KEY, 'FROM_KEY');
const folder = env.KEEP ?? 'openai-evals';
const to = clientOf(env.TO_URL ?? 'http://127.0.0.1:8080/v1', env.TO_KEY, 'TO_KEY');

const told = { kept: 0, impossible: 0 };

/** Does one thing, and tells what came of it; one that fails leaves the others. */
async function copied<T>(what: string, act: () => Promise<[T, string]>): Promise<T | undefined> {
  try {
    const [made, as] = await act();
    told.kept++;
    console.log(`kept        ${what}: ${as}`);
    return made;
  } catch (error) {
    tellImpossible(what, error);
    return undefined;
  }
}

function tellImpossible(what: string, error: unknown): void {
  told.impossible++;
  console.log(`impossible  ${what}: ${error instanceof Error ? error.message : String(error)}`);
}

/** What a list has, page after page, up to where it cannot be read: that is told, and what else there is goes on. */
async function* listed<T>(what: string, list: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* list();
  } catch (error) {
    tellImpossible(what, error);
  }
}

const purposes: readonly string[] = ['fine-tune', 'evals', 'batch'];

/** Gives the id here of each file there that was copied. */
async function copyFiles(): Promise<ReadonlyMap<string, string>> {
  const here = new Map<string, string>();
  const files = await Array.fromAsync(listed('files', () => from.files.list()));
  for (const { id, filename, purpose } of files.reverse()) {
    if (!purposes.includes(purpose)) continue;
    const made = await copied(`file ${filename} (${id})`, async () => {
      const bytes = Buffer.from(await (await from.files.content(id)).arrayBuffer());
      const file = await toFile(bytes, filename);
      const made = await to.files.create({ file, purpose: purpose as 'fine-tune' });
      return [made.id, `${made.id}, ${bytes.length} bytes`];
    });
    if (made !== undefined) here.set(id, made);
  }
  return here;
}

/** Tells of each model that was tuned a body for `fineTuning.jobs.create` here, but for the base model. */
async function tellJobs(here: ReadonlyMap<string, string>): Promise<void> {
  const copyOf = (id: string): string => {
    const file = here.get(id);
    if (file === undefined) throw new Error(`its file ${id} was not copied`);
    return file;
  };
  for await (const job of listed('jobs', () => from.fineTuning.jobs.list())) {
    const { id, status, fine_tuned_model: model, training_file, validation_file } = job;
    if (status !== 'succeeded' || model === null) continue;
    await copied(`job ${model} (${id})`, async () => {
      const [, , , suffix] = model.split(':');
      const body = {
        training_file: copyOf(training_file),
        ...(validation_file && { validation_file: copyOf(validation_file) }),
        ...(suffix && { suffix }),
        ...methodOf(job),
      };
      return [body, JSON.stringify(body)];
    });
  }
}

/** How a job learned, without its numbers, which were for another model: `auto` finds those of the one that is tuned here. */
function methodOf({
  method,
}: OpenAI.FineTuning.FineTuningJob): Pick<OpenAI.FineTuning.JobCreateParams, 'method'> {
  const { type, reinforcement } = method ?? {};
  if (type === 'reinforcement' && reinforcement) {
    const given = givenOf(reinforcement, 'hyperparameters') as typeof reinforcement;
    return { method: { type, reinforcement: given } };
  }
  return type === 'dpo' ? { method: { type } } : {};
}

type Eval = OpenAI.EvalListResponse;

/** What a create takes of what a retrieve tells: the schema of a row is made of that of its item. */
function configOf({
  data_source_config: config,
}: Eval): OpenAI.EvalCreateParams['data_source_config'] {
  if (config.type !== 'custom') {
    const { type, metadata } = config;
    return { type, ...(metadata && { metadata }) } as OpenAI.EvalCreateParams.Logs;
  }
  const { properties = {} } = config.schema as { properties?: Record<string, object> };
  const item_schema = (properties.item ?? {}) as Record<string, unknown>;
  return { type: 'custom', item_schema, include_sample_schema: 'sample' in properties };
}

/** What was given of an object but for one part: there, null stands for what was left out. */
function givenOf(object: object, part: string): object {
  const given = Object.entries(object).filter(([key, value]) => key !== part && value !== null);
  return Object.fromEntries(given);
}

type Run = {
  readonly run: OpenAI.Evals.RunListResponse;
  readonly output_items: readonly OpenAI.Evals.Runs.OutputItemListResponse[];
};

async function copyEvals(): Promise<void> {
  for await (const each of listed('evals', () => from.evals.list())) {
    const what = `eval ${each.name} (${each.id})`;
    const runs = await runsOf(each);
    await copied(what, () => keep(each, runs));
    const made = await copied(what, async () => {
      const { id } = await to.evals.create({
        name: each.name,
        metadata: each.metadata,
        data_source_config: configOf(each),
        testing_criteria: each.testing_criteria.map((criterion) =>
          givenOf(criterion, 'id'),
        ) as OpenAI.EvalCreateParams['testing_criteria'],
      });
      return [id, `${id}, ${each.testing_criteria.length} criteria`];
    });
    for (const run of runs) await copied(rowsOf(run.run), () => copyRows(run, made));
  }
}

const rowsOf = ({ id, name }: Run['run']): string => `rows of the run ${name} (${id})`;

async function runsOf({ id: eval_id, name }: Eval): Promise<Run[]> {
  const runs: Run[] = [];
  const list = listed(`runs of ${name} (${eval_id})`, () => from.evals.runs.list(eval_id));
  for await (const run of list) {
    const items = () => from.evals.runs.outputItems.list(run.id, { eval_id });
    runs.push({ run, output_items: await Array.fromAsync(listed(rowsOf(run), items)) });
  }
  return runs;
}

/** Writes what there is of an eval into a file of the form `openai_evals`, which can be imported when there is nobody left to ask. */
async function keep(each: Eval, runs: readonly Run[]): Promise<[string, string]> {
  const items = runs.flatMap(({ output_items }) => output_items);
  const rows = new Map(items.map(({ datasource_item: row }) => [JSON.stringify(row), row]));
  const path = join(folder, `${each.id}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify({ eval: each, rows: [...rows.values()], runs }, null, 1));
  return [path, `${path}, ${rows.size} rows`];
}

/** The rows of a run with what was answered, as a file that a run of the copied eval can take. */
async function copyRows(
  { run, output_items }: Run,
  made: string | undefined,
): Promise<[string, string]> {
  const lines = output_items.map(({ datasource_item: item, sample }) => {
    // Of a row without an answer it may be null, which the client's types do not say.
    const { output = [] } = (sample as typeof sample | null) ?? {};
    const output_text = output.map(({ content }) => content ?? '').join('');
    return JSON.stringify({ item, sample: { output_text } });
  });
  if (lines.length === 0) throw new Error('it has no output items');
  const file = await toFile(Buffer.from(lines.join('\n')), `${run.name || run.id}.jsonl`);
  const rows = await to.files.create({ file, purpose: 'evals' });
  return [rows.id, `${rows.id}, ${lines.length} rows${made === undefined ? '' : ` for ${made}`}`];
}

// Evals first: their end is the nearest.
await copyEvals();
await tellJobs(await copyFiles());
if (told.kept === 0 && told.impossible > 0) {
  console.error('Nothing was copied: every line above was impossible.');
  process.exitCode = 1;
}
