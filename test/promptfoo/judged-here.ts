import { importedEvalSchema } from '@lathe/contracts/http/eval-import';
import type OpenAI from 'openai';
import { byKind, itemName, type Judged, type JudgedItems } from './judged.ts';

/** Imports the configuration, runs it on `model`, and reads every output item. Throws where a run does not complete. */
export async function judgedHere(
  client: OpenAI,
  {
    config,
    model,
    maxTokens,
  }: Readonly<Record<'config' | 'model', string>> & { readonly maxTokens: number },
) {
  const imported = importedEvalSchema.parse(
    await client.post('/lathe/evals/import', {
      body: { format: 'promptfoo', model, content: config },
    }),
  );
  const items = new Map<string, Judged>();
  for (const [prompt, body] of imported.runs.entries()) {
    const eval_id = imported.eval.id;
    let run: OpenAI.Evals.RunRetrieveResponse = await client.evals.runs.create(
      eval_id,
      asking(body as OpenAI.Evals.RunCreateParams, maxTokens),
    );
    while (run.status === 'queued' || run.status === 'in_progress') {
      await new Promise((resolve) => setTimeout(resolve, 500));
      run = await client.evals.runs.retrieve(run.id, { eval_id });
    }
    if (run.status !== 'completed') throw new Error(`${run.status}: ${run.error.message}`);
    for await (const item of client.evals.runs.outputItems.list(run.id, { eval_id })) {
      const { vars, checks } = item.datasource_item as {
        vars: { text?: unknown };
        checks: { criterion: string }[];
      };
      // A criterion passes rows that do not ask for it: promptfoo says nothing of those.
      const asked = new Set(checks.map(({ criterion }) => criterion));
      items.set(itemName(prompt, vars), {
        answer: item.sample.output[0]?.content ?? '',
        passes: item.status === 'pass',
        kinds: byKind(
          item.results
            .filter(({ name }) => asked.has(name))
            // Of several programs the later ones have a number behind their kind.
            .map(({ name, passed }) => [name.replace(/ \d+$/, ''), passed]),
        ),
      });
    }
  }
  return { items: items as JudgedItems, findings: imported.findings };
}

/** The body of a run with that bound of answers, which stands with the provider there, and providers are not imported. */
function asking(body: OpenAI.Evals.RunCreateParams, max_completion_tokens: number) {
  const { data_source } = body;
  if (data_source.type !== 'completions') throw new TypeError('an import asks for completions');
  const sampling_params = { ...data_source.sampling_params, max_completion_tokens };
  return { ...body, data_source: { ...data_source, sampling_params } };
}
