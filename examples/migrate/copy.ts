/**
 * Copies files and evals from OpenAI to Lathe through the same client: what is copied keeps its name, and what cannot be is told.
 *
 *     FROM_KEY=sk-… TO_KEY=$(cat .lathe/api-key) npx node examples/migrate/copy.ts
 *
 * `FROM_URL` (OpenAI) and `TO_URL` (http://127.0.0.1:8080/v1) say where; both ends may be any service with this API.
 */
import OpenAI, { toFile } from 'openai';

const env = process.env;
const clientOf = (baseURL: string, apiKey: string | undefined, name: string): OpenAI => {
  if (apiKey === undefined) throw new Error(`${name} must hold the API key for ${baseURL}`);
  return new OpenAI({ baseURL, apiKey });
};
const from = clientOf(env.FROM_URL ?? 'https://api.openai.com/v1', env.FROM_KEY, 'FROM_KEY');
const to = clientOf(env.TO_URL ?? 'http://127.0.0.1:8080/v1', env.TO_KEY, 'TO_KEY');

/** Does one thing, and tells what came of it; one that fails leaves the others. */
async function copied<T>(what: string, act: () => Promise<[T, string]>): Promise<T | undefined> {
  try {
    const [made, told] = await act();
    console.log(`kept        ${what}: ${told}`);
    return made;
  } catch (error) {
    console.log(`impossible  ${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const purposes: readonly string[] = ['fine-tune', 'evals', 'batch'];

async function copyFiles(): Promise<void> {
  const files = await Array.fromAsync(from.files.list());
  for (const { id, filename, purpose } of files.reverse()) {
    if (!purposes.includes(purpose)) continue;
    await copied(`file ${filename} (${id})`, async () => {
      const bytes = Buffer.from(await (await from.files.content(id)).arrayBuffer());
      const file = await toFile(bytes, filename);
      const made = await to.files.create({ file, purpose: purpose as 'fine-tune' });
      return [made.id, `${made.id}, ${bytes.length} bytes`];
    });
  }
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

/** The same of a criterion, which has an id there, and null for what was left out. */
function criterionOf(criterion: Eval['testing_criteria'][number]): object {
  const given = Object.entries(criterion).filter(([key, value]) => key !== 'id' && value !== null);
  return Object.fromEntries(given);
}

async function copyEvals(): Promise<void> {
  for await (const each of from.evals.list()) {
    const made = await copied(`eval ${each.name} (${each.id})`, async () => {
      const { id } = await to.evals.create({
        name: each.name,
        metadata: each.metadata,
        data_source_config: configOf(each),
        testing_criteria: each.testing_criteria.map(
          criterionOf,
        ) as OpenAI.EvalCreateParams['testing_criteria'],
      });
      return [id, `${id}, ${each.testing_criteria.length} criteria`];
    });
    for await (const run of from.evals.runs.list(each.id))
      await copied(`rows of the run ${run.name} (${run.id})`, () => copyRows(run, made));
  }
}

/** The rows of a run with what was answered to them, as a file that a run of the copied eval can take. */
async function copyRows(
  { id, eval_id, name }: OpenAI.Evals.RunListResponse,
  made: string | undefined,
): Promise<[string, string]> {
  const lines: string[] = [];
  for await (const { datasource_item: item, sample } of from.evals.runs.outputItems.list(id, {
    eval_id,
  })) {
    const output_text = sample.output.map(({ content }) => content ?? '').join('');
    lines.push(JSON.stringify({ item, sample: { output_text } }));
  }
  if (lines.length === 0) throw new Error('it has no output items');
  const file = await toFile(Buffer.from(lines.join('\n')), `${name || id}.jsonl`);
  const rows = await to.files.create({ file, purpose: 'evals' });
  return [rows.id, `${rows.id}, ${lines.length} rows${made === undefined ? '' : ` for ${made}`}`];
}

await copyFiles();
await copyEvals();
