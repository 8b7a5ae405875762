import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TokenizerError } from '../error.ts';
import { readJsonFile } from '../folder/files.ts';
import { readTokenNames } from '../folder/load.ts';
import { JinjaError } from '../jinja/error.ts';
import { compileTemplate, type Rendered, type Template } from '../jinja/template.ts';
import type { Marks } from '../jinja/value/rendering.ts';
import type { UnknownTexts } from '../jinja/value/unknown-texts.ts';
import { Said } from '../jinja/value/value.ts';
import { findRegions } from './chat-regions.ts';
import type { ChatTemplate, Message, RenderedChat, RenderOptions } from './rendered-chat.ts';
import { templateMessages } from './template-messages.ts';

/**
 * Loads the chat template of a model folder: the files `chat_template.jinja` and
 * `additional_chat_templates/*.jinja`, else `chat_template` of `tokenizer_config.json` (a string, or several by
 * name, of which "default" and, with tools or calls, "tool_use" are used). Throws TokenizerError when there is none or
 * it does not parse.
 */
export async function loadChatTemplate(folder: string): Promise<ChatTemplate> {
  const variables = Object.fromEntries(await readTokenNames(folder));
  const named = await readChatTemplates(folder);
  const main = named.get('default');
  if (main === undefined) throw new TokenizerError(folder, 'the model has no chat template');
  const toolUse = named.get('tool_use')?.text;
  return createChatTemplate(main.text, { source: main.source, variables, toolUse });
}

/** Templates by their names, each with the file that it stands in. */
export type Templates = ReadonlyMap<string, { text: string; source: string }>;

/** The chat templates of a model folder as they stand there, of which "default" is the one that counts. */
export async function readChatTemplates(folder: string): Promise<Templates> {
  const configFile = join(folder, 'tokenizer_config.json');
  const config = await readJsonFile(configFile, configSchema);
  const files = await templateFiles(folder);
  return files.size > 0 ? files : templatesOf(configFile, config);
}

/** Templates in files of their own; with one of them, none in tokenizer_config.json counts. */
async function templateFiles(folder: string): Promise<Templates> {
  const templates = new Map<string, { text: string; source: string }>();
  const add = async (name: string, file: string): Promise<void> => {
    const text = await readOptional(file);
    if (text !== undefined) templates.set(name, { text, source: file });
  };
  await add('default', join(folder, 'chat_template.jinja'));
  const more = join(folder, 'additional_chat_templates');
  for (const file of await namesIn(more))
    if (file.endsWith('.jinja')) await add(file.slice(0, -'.jinja'.length), join(more, file));
  return templates;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function templatesOf(source: string, { chat_template: given }: TokenizerConfig): Templates {
  if (given === null || given === undefined) return new Map();
  if (typeof given === 'string') return new Map([['default', { text: given, source }]]);
  const pairs = Array.isArray(given)
    ? given.map(({ name, template }): [string, string] => [name, template])
    : Object.entries(given);
  return new Map(pairs.map(([name, text]) => [name, { text, source }]));
}

export type TemplateSettings = {
  source: string;
  /** Such as bos_token and eos_token. */
  variables?: Readonly<Record<string, string>>;
  /** Used instead when tools are given, or were called. */
  toolUse?: string | undefined;
};

/** Compiles a Jinja chat template. */
export function createChatTemplate(text: string, settings: TemplateSettings): ChatTemplate {
  const { source, variables = {}, toolUse } = settings;
  const main = compile(source, text);
  const withTools = toolUse === undefined ? main : compile(source, toolUse);
  const run = (
    messages: readonly Message[],
    { tools, hasCalls = false, addGenerationPrompt = false, variables: more }: RenderOptions,
    {
      marks,
      unknown,
    }: { readonly marks?: Marks; readonly unknown?: UnknownTexts | undefined } = {},
  ): Rendered => {
    const onTime = unknown && (() => unknown.noteTime());
    const hasTools = tools !== undefined && tools.length > 0;
    // A template for conversations without tools leaves calls out, or fails; one for tools goes through a list of them.
    const isOfTools = hasTools || (hasCalls && toolUse !== undefined);
    const given = {
      ...variables,
      ...more,
      messages: templateMessages(messages).map((message) =>
        unknown === undefined
          ? message
          : { ...message, content: new Said(String(message.content), unknown) },
      ),
      add_generation_prompt: addGenerationPrompt,
      // As in transformers: there, but none.
      tools: isOfTools ? (tools ?? []) : null,
      documents: null,
    };
    return told(source, 'the chat template failed', () =>
      (isOfTools ? withTools : main).renderTagged(given, { marks, onTime }),
    );
  };
  const of = (unknown: UnknownTexts | undefined): ChatTemplate => ({
    source,
    endOfText: variables.eos_token,
    unknown,
    withUnknown: of,
    isTagged: main.hasGenerationTags && withTools.hasGenerationTags,
    render: (messages, options) => run(messages, options, { unknown }).text,
    renderTagged: (messages, options) => run(messages, options, { unknown }),
    renderMarked: (messages, options, marks) => run(messages, options, { marks, unknown }).text,
  });
  return of(undefined);
}

function compile(source: string, text: string): Template {
  return told(source, 'the chat template does not parse', () => compileTemplate(text));
}

/** Runs what reads or renders a template, whose errors name its file. */
function told<T>(source: string, problem: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error;
    const what =
      error.kind === 'unsupported' ? 'the chat template cannot be rendered exactly' : problem;
    throw new TokenizerError(source, `${what}: ${error.message}`);
  }
}

/**
 * Renders a conversation and says which parts the assistant wrote. Throws TokenizerError when an answer cannot be
 * found, except for a generation prompt, which is never trained on.
 * @example renderChat(await loadChatTemplate('models/lathe-tiny'), [{ role: 'user', content: 'Hello' }]).text;
 */
export function renderChat(
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions = {},
): RenderedChat {
  return findRegions(template, messages, options);
}

const configSchema = z.looseObject({
  chat_template: z
    .union([
      z.string(),
      z.array(z.looseObject({ name: z.string(), template: z.string() })),
      z.record(z.string(), z.string()),
    ])
    .nullish(),
});
type TokenizerConfig = z.infer<typeof configSchema>;

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
