import { parse } from 'yaml';
import { z } from 'zod';
import { parseRequest } from '../http/parse.ts';

/** What a configuration names by `!function`: a program in Python. */
class PythonFunction {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const template = z.string();
const filterSchema = z.looseObject({
  function: z.string(),
  regex_pattern: z.string().optional(),
  group_select: z.number().int().optional(),
  fallback: z.string().optional(),
});
const metricSchema = z.looseObject({
  metric: z.string(),
  ignore_case: z.boolean().optional(),
  ignore_punctuation: z.boolean().optional(),
  ignore_numbers: z.boolean().optional(),
  regexes_to_ignore: z.array(z.string()).nullish(),
});
const configSchema = z.looseObject({
  task: z.string(),
  output_type: z.enum(['multiple_choice', 'generate_until'], {
    error: 'must be "multiple_choice" or "generate_until"; others compare likelihoods of texts',
  }),
  description: z.string().nullish(),
  doc_to_text: template,
  doc_to_target: z.union([template, z.number().int(), z.array(z.string())]),
  doc_to_choice: z
    .union([template, z.array(z.string()), z.record(z.string(), z.string())])
    .nullish(),
  num_fewshot: z.number().int().nullish(),
  generation_kwargs: z
    .looseObject({
      until: z.union([z.string(), z.array(z.string())]).nullish(),
      temperature: z.number().optional(),
      do_sample: z.boolean().optional(),
      max_gen_toks: z.number().int().optional(),
    })
    .nullish(),
  filter_list: z
    .array(z.looseObject({ name: z.string(), filter: z.array(filterSchema) }))
    .nullish(),
  metric_list: z.array(metricSchema).nullish(),
});
/** A task of lm-evaluation-harness. */
export type TaskConfig = z.infer<typeof configSchema>;
export type TaskFilter = z.infer<typeof filterSchema>;
export type TaskMetric = z.infer<typeof metricSchema>;

/** Parts without which a task is another one. */
const needed = [
  ...['include', 'class', 'use_prompt', 'process_docs', 'process_results', 'gen_prefix'],
  ...['doc_to_text', 'doc_to_target', 'doc_to_choice', 'doc_to_image', 'doc_to_audio'],
];
const understood = new Set([
  ...Object.keys(configSchema.shape),
  // Where documents come from, which the import is given, and what only orders or names.
  ...['dataset_path', 'dataset_name', 'dataset_kwargs', 'training_split', 'validation_split'],
  ...['test_split', 'fewshot_split', 'fewshot_config', 'fewshot_delimiter', 'target_delimiter'],
  ...[
    'should_decontaminate',
    'doc_to_decontamination_query',
    'metadata',
    'tag',
    'group',
    'repeats',
  ],
  ...['task_alias', 'unsafe_code'],
]);

/** A configuration that is read, and the parts of it that mean nothing here. */
type ReadTask = { readonly config: TaskConfig; readonly unknown: readonly string[] };

/**
 * Reads the YAML of a task. Throws `invalid_value` for what is none, and an error that names the program in Python, or the file, without
 * which the task cannot be read.
 */
export function readTask(content: string): ReadTask {
  const file: unknown = parse(content, {
    maxAliasCount: 100,
    customTags: [{ tag: '!function', resolve: (name: string) => new PythonFunction(name) }],
  });
  const parts = typeof file === 'object' && file !== null ? Object.entries(file) : [];
  for (const [key, value] of parts) {
    if (!needed.includes(key) || value === null) continue;
    if (value instanceof PythonFunction)
      throw new Error(
        `${key} is !function ${value.name}, a program in Python, which does not run here.`,
      );
    if (!understood.has(key))
      throw new Error(`${key} is ${JSON.stringify(value)}, which is not read here.`);
  }
  const config = parseRequest(
    configSchema,
    Object.fromEntries(parts.filter(([, value]) => !(value instanceof PythonFunction))),
  );
  return { config, unknown: parts.map(([key]) => key).filter((key) => !understood.has(key)) };
}
