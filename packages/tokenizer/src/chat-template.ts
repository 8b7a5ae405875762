import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { z } from 'zod';
import { findRegions } from './chat-regions.ts';
import { TokenizerError } from './error.ts';
import { hasGenerationTags, markGenerationTags, markNames } from './generation-tags.ts';
import { printsBeforeLoopControl } from './loop-control.ts';

/** One turn of a conversation. `weight` 0 keeps an assistant turn out of the loss; templates never see it. */
export type Message = {
  role: string;
  content?: string | null | undefined;
  weight?: number | undefined;
  readonly [field: string]: unknown;
};

export type RenderOptions = {
  /** End with the header of an assistant turn, so that a model goes on with its answer. */
  addGenerationPrompt?: boolean;
  tools?: readonly unknown[] | undefined;
  /** What else a template reads, such as `enable_thinking`. */
  variables?: Readonly<Record<string, unknown>> | undefined;
};

/** A stretch of rendered text, in UTF-16 units; the spans of a text follow each other without gaps. */
export type ChatSpan = {
  start: number;
  end: number;
  /** `answer`: written by the assistant, end of turn included. `context`: all that leads to it. */
  kind: 'context' | 'answer';
  supervised: boolean;
};

export type RenderedChat = {
  text: string;
  spans: ChatSpan[];
  /** How the answers were found; `none` in a prompt for a template that cannot be segmented. */
  foundBy: 'tags' | 'prefixes' | 'none';
};

export type ChatTemplate = {
  /** The file that the template came from. */
  source: string;
  isTagged: boolean;
  /** The template's eos_token. */
  endOfText: string | undefined;
  /** Plain rendering; throws TokenizerError with the template's own complaint. */
  render(messages: readonly Message[], options: RenderOptions): string;
  /** Rendering with `open` and `close` around each tagged answer; for templates with generation tags. */
  renderMarked(messages: readonly Message[], options: RenderOptions, marks: Marks): string;
};

export type Marks = { open: string; close: string };

/**
 * Loads the chat template of a model folder: `chat_template.jinja`, else `chat_template` of
 * `tokenizer_config.json` (a string, or a list of which "default" and, with tools, "tool_use" are used).
 * Throws TokenizerError when there is none or it does not parse.
 */
export async function loadChatTemplate(folder: string): Promise<ChatTemplate> {
  const configFile = join(folder, 'tokenizer_config.json');
  const config = parseConfig(configFile, await readOptional(configFile));
  const variables = specialTokenVariables(config);
  const jinjaFile = join(folder, 'chat_template.jinja');
  const text = await readOptional(jinjaFile);
  if (text !== undefined) {
    const toolUse = await readOptional(join(folder, 'additional_chat_templates', 'tool_use.jinja'));
    return createChatTemplate(text, { source: jinjaFile, variables, toolUse });
  }
  const { chat_template: template } = config;
  if (typeof template === 'string')
    return createChatTemplate(template, { source: configFile, variables });
  const named = new Map(template?.map((entry) => [entry.name, entry.template]));
  const fallback = named.get('default');
  if (fallback === undefined) throw new TokenizerError(folder, 'the model has no chat template');
  return createChatTemplate(fallback, {
    source: configFile,
    variables,
    toolUse: named.get('tool_use'),
  });
}

export type TemplateSettings = {
  source: string;
  /** Such as bos_token and eos_token. */
  variables?: Readonly<Record<string, string>>;
  /** Used instead when tools are given. */
  toolUse?: string | undefined;
};

/** Compiles a Jinja chat template. */
export function createChatTemplate(text: string, settings: TemplateSettings): ChatTemplate {
  const { source, variables = {}, toolUse } = settings;
  const main = compile(source, text);
  const withTools = toolUse === undefined ? main : compile(source, toolUse);
  const run = (
    form: 'plain' | 'marked',
    messages: readonly Message[],
    options: RenderOptions,
    marks: object,
  ) => {
    const { tools, addGenerationPrompt = false } = options;
    const hasTools = tools !== undefined && tools.length > 0;
    try {
      return (hasTools ? withTools : main)[form].render({
        ...variables,
        ...options.variables,
        ...marks,
        messages: messages.map(withoutWeight),
        add_generation_prompt: addGenerationPrompt,
        // As in transformers: there, but none.
        tools: hasTools ? tools : null,
        documents: null,
      });
    } catch (error) {
      throw new TokenizerError(source, `the chat template failed: ${(error as Error).message}`);
    }
  };
  return {
    source,
    endOfText: variables.eos_token,
    isTagged: hasGenerationTags(text) && (toolUse === undefined || hasGenerationTags(toolUse)),
    render: (messages, options) => run('plain', messages, options, {}),
    renderMarked: (messages, options, { open, close }) =>
      run('marked', messages, options, { [markNames.open]: open, [markNames.close]: close }),
  };
}

function compile(source: string, text: string): { plain: Template; marked: Template } {
  // Jinja2 reads templates with LF line ends; the JavaScript library does not do that by itself.
  const normalized = text.replace(/\r\n?/g, '\n');
  let compiled: { plain: Template; marked: Template };
  try {
    compiled = {
      plain: new Template(normalized),
      marked: new Template(markGenerationTags(normalized)),
    };
  } catch (error) {
    throw new TokenizerError(
      source,
      `the chat template does not parse: ${(error as Error).message}`,
    );
  }
  if (printsBeforeLoopControl(compiled.plain)) {
    const problem = 'the chat template prints before {% break %} or {% continue %} in a loop';
    throw new TokenizerError(source, `${problem}, which is not supported`);
  }
  return compiled;
}

function withoutWeight({ weight: _, ...message }: Message): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
}

/**
 * Renders a conversation and says which parts the assistant wrote. Throws TokenizerError when the
 * template cannot be segmented, except for a generation prompt, which is never trained on.
 */
export function renderChat(
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions = {},
): RenderedChat {
  return findRegions(template, messages, options);
}

const tokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const configSchema = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
    .nullish(),
  bos_token: tokenSchema,
  eos_token: tokenSchema,
  pad_token: tokenSchema,
  unk_token: tokenSchema,
});
type TokenizerConfig = z.infer<typeof configSchema>;

function parseConfig(file: string, text: string | undefined): TokenizerConfig {
  if (text === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TokenizerError(file, (error as Error).message);
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TokenizerError(file, `${issue?.path.join('.')}: ${issue?.message}`);
}

function specialTokenVariables(config: TokenizerConfig): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const) {
    const token = config[name];
    if (typeof token === 'string') variables[name] = token;
    else if (token) variables[name] = token.content;
  }
  return variables;
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
