import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadChatTemplate, readChatTemplates } from '@lathe/tokenizer/chat-template';
import { endOfText, endOfTurn } from '@lathe/tokenizer/end-token';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { z } from 'zod';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { exists, readJson } from '../formats/json-file.ts';
import { deriveOllamaTemplate, type OllamaTemplate } from './ollama-template.ts';

export type ModelfileParts = {
  /** What Ollama builds on: a folder or file beside the Modelfile, or the name of a model it has. */
  readonly from: string;
  /** A folder with an adapter beside the Modelfile. */
  readonly adapter?: string;
  readonly template: OllamaTemplate;
  /** Tokens that end an answer. */
  readonly stop: readonly string[];
};

/** The text of a Modelfile; without a template that was proved it says why there is none. */
export function renderModelfile({ from, adapter, template, stop }: ModelfileParts): string {
  const lines = [
    `FROM ${from}`,
    ...(adapter === undefined
      ? []
      : [
          '# The base must be the very model that was trained on, not quantised.',
          `ADAPTER ${adapter}`,
        ]),
    ...templateNotes(template).map((note) => `# ${note}`),
    ...(template.template === undefined ? [] : [`TEMPLATE """${template.template}"""`]),
    ...[...new Set(stop)].map((token) => `PARAMETER stop ${JSON.stringify(token)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What a user should know of the template, in sentences of one line. */
function templateNotes(template: OllamaTemplate): string[] {
  const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  if (template.template === undefined)
    return [
      `No TEMPLATE is written: ${oneLine(template.reason)}.`,
      'Ollama falls back to a template of its own or to none, which is not what the model was trained with.',
    ];
  return [
    `The template renders what the model's chat template renders: tried with ${template.proved} conversations. Tools and thoughts are not part of it.`,
    ...template.differences.map(oneLine),
  ];
}

/** Writes `Modelfile` with the model's own template and stop tokens; returns what a user should know of them. */
export async function writeModelfile(
  folder: string,
  model: AnyModelFolder,
  parts: Pick<ModelfileParts, 'from' | 'adapter'>,
): Promise<readonly string[]> {
  const chat = await chatOf(model.path);
  const template = templateOf(chat, await sourceOf(model.path));
  const stop = await stopTokens(model, chat);
  await writeFile(join(folder, 'Modelfile'), renderModelfile({ ...parts, template, stop }));
  const notes =
    template.template === undefined ? [templateNotes(template).join(' ')] : template.differences;
  return notes.map((note) => `Modelfile: ${note}`);
}

type Chat = {
  readonly tokenizer: Tokenizer | undefined;
  readonly template: ChatTemplate | undefined;
  /** Why one of them is missing. */
  readonly reason: string;
};

/** The folder's tokenizer and chat template, where they can be read. */
async function chatOf(folder: string): Promise<Chat> {
  const problem = (error: unknown): string => {
    if (!(error instanceof TokenizerError)) throw error;
    return error.message.replace(`${error.source}: `, '');
  };
  try {
    const tokenizer = await loadTokenizer(folder);
    try {
      return { tokenizer, template: await loadChatTemplate(folder), reason: '' };
    } catch (error) {
      return { tokenizer, template: undefined, reason: problem(error) };
    }
  } catch (error) {
    return { tokenizer: undefined, template: undefined, reason: problem(error) };
  }
}

async function sourceOf(folder: string): Promise<string> {
  return (await readChatTemplates(folder)).get('default')?.text ?? '';
}

function templateOf(chat: Chat, source: string): OllamaTemplate {
  const { tokenizer, template, reason } = chat;
  if (template === undefined || tokenizer === undefined) return { template: undefined, reason };
  if (source.includes('strftime_now'))
    return {
      template: undefined,
      reason: 'the chat template writes the date of the day, which Ollama cannot',
    };
  // Ollama puts before every prompt what the tokenizer puts before a text.
  const begin = tokenizer.decode(tokenizer.prefix);
  const bare = (text: string): string =>
    begin !== '' && text.startsWith(begin) ? text.slice(begin.length) : text;
  const render = (...[messages, open]: Parameters<Parameters<typeof deriveOllamaTemplate>[0]>) =>
    template.render(messages, { addGenerationPrompt: open });
  const derived = deriveOllamaTemplate((messages, open) => bare(render(messages, open)));
  if (derived.template === undefined)
    return { template: undefined, reason: `of the chat template, ${derived.reason}` };
  const hasBegin = render([{ role: 'user', content: 'a' }], true).startsWith(begin);
  if (hasBegin) return derived;
  const doubled = `Ollama puts ${begin} before a conversation, which the chat template does not.`;
  return { ...derived, differences: [...derived.differences, doubled] };
}

const addedSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })).nullish(),
});

/** What ends an answer where the model is served: its end tokens, and what its chat template ends a turn with. */
async function stopTokens({ path, config }: AnyModelFolder, chat: Chat): Promise<string[]> {
  const { tokenizer, template } = chat;
  if (tokenizer === undefined) {
    const file = join(path, 'tokenizer.json');
    const parsed = addedSchema.safeParse((await exists(file)) ? await readJson(file) : {});
    const added = parsed.success ? (parsed.data.added_tokens ?? []) : [];
    return added.filter(({ id }) => config.eosTokens.includes(id)).map(({ content }) => content);
  }
  const turn = template === undefined ? undefined : endOfTurn(tokenizer, template);
  const ends = [turn, ...config.eosTokens, await endOfText(path, tokenizer)];
  return ends.flatMap((token) =>
    token !== undefined && (tokenizer.isAdded(token) || tokenizer.isSpecial(token))
      ? [tokenizer.decode([token])]
      : [],
  );
}
