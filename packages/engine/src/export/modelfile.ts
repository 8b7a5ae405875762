import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { exists, readJson } from '../checkpoint/json-file.ts';
import type { AnyModelFolder } from '../checkpoint/model-folder.ts';
import { chatTemplate } from './gguf/tokenizer.ts';
import { ollamaTemplate } from './ollama-template.ts';

/** Families of which Ollama imports folders of safetensors, and of which it takes adapters. */
export const ollamaFamilies: ReadonlySet<string> = new Set([
  'llama',
  'mistral',
  'gemma3_text',
  'phi3',
  'qwen2',
  'qwen3',
]);
export const ollamaAdapterFamilies: ReadonlySet<string> = new Set([
  'llama',
  'mistral',
  'gemma3_text',
]);

export type ModelfileParts = {
  /** What Ollama builds on: a folder or file beside the Modelfile, or the name of a model it has. */
  readonly from: string;
  /** A folder with an adapter beside the Modelfile. */
  readonly adapter?: string;
  readonly chatTemplate: string | undefined;
  /** Tokens that end an answer. */
  readonly stop: readonly string[];
};

/** The text of a Modelfile; with no known family of chat template, it says that the template is missing. */
export function renderModelfile({ from, adapter, chatTemplate, stop }: ModelfileParts): string {
  const known = ollamaTemplate(chatTemplate);
  const stops = [...new Set([...(known?.stop ?? []), ...stop])];
  const lines = [
    `FROM ${from}`,
    ...(adapter === undefined
      ? []
      : [
          '# The base must be the very model that was trained on, not quantised.',
          `ADAPTER ${adapter}`,
        ]),
    ...(known === undefined
      ? [
          chatTemplate === undefined
            ? '# The model has no chat template: prompts go to it as they are.'
            : '# The chat template of the model is of no family known here. Prompts go to the model as they are until a TEMPLATE like it is written.',
          'TEMPLATE """{{ .Prompt }}"""',
        ]
      : [`# Turns are written as in ${known.family}.`, `TEMPLATE """${known.template}"""`]),
    ...stops.map((token) => `PARAMETER stop ${JSON.stringify(token)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes `Modelfile` with the model's own template and stop tokens. */
export async function writeModelfile(
  folder: string,
  model: AnyModelFolder,
  parts: Pick<ModelfileParts, 'from' | 'adapter'>,
): Promise<void> {
  const content = renderModelfile({
    ...parts,
    chatTemplate: await templateOf(model.path),
    stop: await stopTokens(model),
  });
  await writeFile(join(folder, 'Modelfile'), content);
}

async function templateOf(folder: string): Promise<string | undefined> {
  const file = join(folder, 'tokenizer_config.json');
  const settings = (await exists(file))
    ? ((await readJson(file)) as { chat_template?: unknown })
    : {};
  return chatTemplate(folder, settings.chat_template);
}

const addedSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })).nullish(),
});

async function stopTokens({ path, config }: AnyModelFolder): Promise<string[]> {
  const file = join(path, 'tokenizer.json');
  if (!(await exists(file))) return [];
  const parsed = addedSchema.safeParse(await readJson(file));
  const added = parsed.success ? (parsed.data.added_tokens ?? []) : [];
  return added.filter(({ id }) => config.eosTokens.includes(id)).map(({ content }) => content);
}
