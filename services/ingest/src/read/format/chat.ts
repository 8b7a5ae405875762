import { isObject } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { type Converted, cellOf, columnOf, type Format, type Place, type Row } from './format.ts';
import { isMessages, isText, unpacked } from './said.ts';
import { toolsIn } from './tool-text.ts';

/** OpenAI's chats: `messages` with roles, and tools beside them. */
export const chat: Format = {
  kind: 'chat',
  byContent: 'messages',
  usual: {
    messages: ['messages', 'conversations', 'conversation', 'dialogue', 'dialog', 'chat'],
    tools: ['tools', 'functions'],
  },
  holds: { messages: isMessages },
  convert: (row, reading) => {
    const { tools, name } = toolsOf(row, reading);
    const column = columnOf(reading.columns, 'messages') ?? 'messages';
    return {
      row: { messages: unpacked(row[column]), ...tools },
      places: () => [
        ['messages', column],
        ['tools', name],
      ],
    };
  },
};

/** A prompt and what goes on from it: texts, or messages of which those of the completion are trained on. */
export const promptCompletion: Format = {
  kind: 'completion',
  usual: {
    prompt: ['prompt', 'input', 'source'],
    completion: ['completion', 'output', 'target', 'response'],
  },
  holds: { prompt: isText, completion: isText },
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
