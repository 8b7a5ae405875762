import type { Example } from './examples.ts';

/** Names in the places of parameters of paths, by the word before them. */
const sampleIds: Readonly<Record<string, string>> = {
  files: 'file-abc123def456',
  jobs: 'ftjob-abc123def456',
  models: 'ft:lathe-tiny:default::1a2b3c4d',
  evals: 'eval_abc123def456',
  runs: 'evalrun_abc123def456',
  output_items: 'outputitem_abc123def456',
  batches: 'batch_abc123def456',
  completions: 'chatcmpl-abc123def456',
  inspections: 'insp_abc123def456',
  datasets: 'dataset_abc123def456',
  aliases: 'support',
  lineage: 'ftjob-abc123def456',
  exports: 'export_abc123def456',
  model: 'adapter_config.json',
};

/** A request as a command for curl; the key stands in `LATHE_API_KEY`, the address in `LATHE_URL`. */
export function curlOf({
  method,
  name,
  example,
  isOpen,
}: {
  readonly method: string;
  /** The path, with `{parameters}`. */
  readonly name: string;
  readonly example: Example;
  readonly isOpen: boolean;
}): string {
  const path = name.replaceAll(
    /([a-z_]+)\/\{([a-z_]+)\}/g,
    (_, before: string, parameter: string) => `${before}/${sampleIds[before] ?? parameter}`,
  );
  const { body, form = [], query = '' } = example;
  const isPlain =
    method === 'GET' || (method === 'POST' && (body !== undefined || form.length > 0));
  return [
    `curl ${isPlain ? '' : `-X ${method} `}"$LATHE_URL${path}${query}"`,
    ...(isOpen ? [] : ['-H "Authorization: Bearer $LATHE_API_KEY"']),
    ...form.map((field) => `-F ${field}`),
    ...(body === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body))}`]),
  ].join(' \\\n  ');
}

/** A text that a shell takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
