import { isObject, roles } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { textNames } from '../shapes.ts';
import { areProse, isBeside, spelled, usualColumns } from './columns.ts';
import {
  type Converted,
  cellOf,
  columnOf,
  type Format,
  type Match,
  type Place,
  type Row,
  type Sampled,
} from './format.ts';
import { isMessages, isNothing, isText, unpacked } from './said.ts';
import { isSystem, withSystem } from './system.ts';
import { toolsIn } from './tool-text.ts';
import { speakers } from './turns.ts';

/** OpenAI's chats: `messages` with roles, and tools beside them; what the system says may stand there too, as Anthropic's and Bedrock's have it. */
export const chat: Format = {
  kind: 'chat',
  byContent: 'messages',
  usual: {
    messages: ['messages', 'conversations', 'conversation', 'dialogue', 'dialog', 'chat'],
    system: ['system', 'system_prompt'],
    tools: ['tools', 'functions'],
  },
  holds: { messages: isMessages, system: isSystem },
  convert: (row, reading) => {
    const { tools, name } = toolsOf(row, reading);
    const column = columnOf(reading.columns, 'messages') ?? 'messages';
    const messages = withUsualRoles(unpacked(row[column]));
    const own: readonly Place[] = [
      ['messages', column],
      ['tools', name],
    ];
    if (!Array.isArray(messages) || isNothing(cellOf(row, reading, 'system')))
      return { row: { messages, ...tools }, places: () => own };
    const places = messages.map((_, at): Place => [`messages[${at}]`, `${column}[${at}]`]);
    const spoken = withSystem(row, reading, { messages, places, issues: [] });
    return {
      row: { messages: spoken.messages, ...tools },
      issues: spoken.issues,
      places: () => [...own, ...spoken.places],
    };
  },
};

/** Messages whose roles are called otherwise, as `human` and `ai`, by OpenAI's names. */
function withUsualRoles(messages: unknown): unknown {
  if (!Array.isArray(messages)) return messages;
  const others = messages.filter(
    (message) => isObject(message) && usualRole(message) !== undefined,
  );
  if (others.length === 0) return messages;
  return messages.map((message: unknown) => {
    const role = isObject(message) ? usualRole(message) : undefined;
    return role === undefined ? message : { ...(message as Row), role };
  });
}

/** What OpenAI calls the role of a message; undefined where it is called so, or not known. */
function usualRole({ role }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isText(role) || roles.includes(role)) return undefined;
  const speaker = speakers[role.trim().toLowerCase()];
  return speaker === 'call' || speaker === 'tool' ? undefined : speaker;
}

/** Names of what is written of a text that stands beside it. */
const written = [
  ...['target_text', 'output_text', 'summary', 'summaries', 'highlights', 'tldr', 'translation'],
  ...['paraphrase', 'simplification', 'correction', 'docstring'],
];

/** How sure it is that a column called so is written of the text beside it, and that one of any name is. */
const writtenByName = 0.85;
const writtenBySense = 0.5;

/** A text with what is written of it, as a summary: each column of that name, where one other holds texts. */
function findWritten(sampled: Sampled): readonly Match[] {
  const areTexts = (name: string) => !isBeside(name) && areProse(sampled.values(name));
  const texts = sampled.names.filter(areTexts);
  const results = promptCompletion.usual.completion?.flatMap((name) => {
    const found = spelled(sampled.names, name);
    const isResult = found !== undefined && (written.includes(name) || texts.includes(found));
    return isResult && sampled.values(found).every(isText) ? [found] : [];
  });
  const matches = (
    pairs: readonly (readonly [string, string])[],
    certainty: number,
  ): readonly Match[] =>
    pairs.map(([prompt, completion]) => ({ columns: { prompt, completion }, certainty }));
  const named = (results ?? []).flatMap((result) => {
    const [only, ...more] = texts.filter((name) => !results?.includes(name));
    return only === undefined || more.length > 0 ? [] : [[only, result] as const];
  });
  if (named.length > 0) return matches(named, writtenByName);
  const [text, other, ...more] = texts.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (text === undefined || other === undefined || more.length > 0) return [];
  return rankOf(text) < textNames.length ? matches([[text, other]], writtenBySense) : [];
}

/** The place of a name among those of plain text. */
function rankOf(name: string): number {
  const at = (textNames as readonly string[]).indexOf(name.toLowerCase());
  return at === -1 ? textNames.length : at;
}

/** A prompt and what goes on from it: texts, or messages of which those of the completion are trained on. */
export const promptCompletion: Format = {
  kind: 'completion',
  usual: {
    prompt: ['prompt', 'input', 'source', 'input_text', 'source_text'],
    completion: ['completion', 'output', 'target', 'response', ...written],
  },
  holds: { prompt: isText, completion: isText },
  find(sampled, asked) {
    const usual = usualColumns('prompt-completion', promptCompletion, { sampled, asked });
    const isSaid = asked.prompt !== undefined || asked.completion !== undefined;
    return usual.length > 0 || isSaid ? usual : findWritten(sampled);
  },
  convert(row, { columns }) {
    const prompt = columnOf(columns, 'prompt') ?? 'prompt';
    const completion = columnOf(columns, 'completion') ?? 'completion';
    return {
      row: { ...copied(row, prompt, 'prompt'), ...copied(row, completion, 'completion') },
      places: () => [
        ['prompt', prompt],
        ['completion', completion],
      ],
    };
  },
};

/** The same of messages: a chat whose prompt is not trained on. */
export const chatCompletion: Format = {
  kind: 'chat',
  usual: { prompt: ['prompt'], completion: ['completion'], tools: ['tools'] },
  holds: { prompt: isMessages, completion: isMessages },
  look: (sampled, { prompt, completion }) =>
    [prompt, completion].flat().some((name) => sampled.values(name ?? '').some(isMessages))
      ? {}
      : { certainty: 0 },
  convert(row, reading) {
    const prompt = columnOf(reading.columns, 'prompt') ?? 'prompt';
    const completion = columnOf(reading.columns, 'completion') ?? 'completion';
    const { tools, name } = toolsOf(row, reading);
    const told = asMessages(row[prompt], 'user');
    const answers = asMessages(row[completion], 'assistant');
    const messages = [...told.map(untrained), ...answers];
    const places = (): Place[] => [
      ...told.map((_, at): Place => [`messages[${at}]`, `${prompt}[${at}]`]),
      ...answers.map((_, at): Place => [`messages[${told.length + at}]`, `${completion}[${at}]`]),
      ['tools', name],
    ];
    return { row: { messages, ...tools }, places };
  },
};

/** Messages as they are, or a text as what that role says. */
function asMessages(said: unknown, role: 'user' | 'assistant'): readonly unknown[] {
  const messages = unpacked(said);
  return Array.isArray(messages) ? messages : [{ role, content: said }];
}

function untrained(message: unknown): unknown {
  return isObject(message) && message.role === 'assistant' ? { ...message, weight: 0 } : message;
}

/** The tools of a row in OpenAI's shape, and the name of their column. */
export function toolsOf(row: Row, reading: Reading): { tools: Row; name: string } {
  const tools = toolsIn(cellOf(row, reading, 'tools'));
  return {
    tools: tools === undefined ? {} : { tools },
    name: columnOf(reading.columns, 'tools') ?? 'tools',
  };
}

/** A column under another name where the row has it, so that a missing one is found missing. */
export function copied(row: Row, column: string | undefined, name: string): Row {
  return column !== undefined && column in row ? { [name]: row[column] } : {};
}

/** The row as its columns are called in the usual form, and where they are from. */
export function renamed(
  row: Row,
  names: readonly (readonly [name: string, column: string | undefined])[],
): Converted {
  return {
    row: Object.assign({}, ...names.map(([name, column]) => copied(row, column, name))) as Row,
    places: () =>
      names.flatMap(([name, column]): Place[] => (column === undefined ? [] : [[name, column]])),
  };
}
