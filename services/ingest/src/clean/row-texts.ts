import type { CanonicalRow, Message } from '@lathe/contracts/artifact/dataset';

/** What is made of a text, which stands in the row under that path. */
type Change = (text: string, path: string) => string;

/** The row with each of its texts changed, but for names and ids; places in texts are the caller's matter. */
export function mapTexts(row: CanonicalRow, change: Change): CanonicalRow {
  const said = (message: Message, path: string): Message => ({
    ...message,
    content: change(message.content, `${path}.content`),
    ...(message.tool_calls && {
      tool_calls: message.tool_calls.map((call, at) => ({
        ...call,
        function: {
          ...call.function,
          arguments: mapJson(call.function.arguments, (text) =>
            change(text, `${path}.tool_calls[${at}]`),
          ),
        },
      })),
    }),
  });
  const all = (messages: readonly Message[]): Message[] =>
    messages.map((message, at) => said(message, `messages[${at}]`));
  switch (row.kind) {
    case 'prompt':
      return {
        ...row,
        messages: all(row.messages),
        item: mapValues(row.item, change),
      };
    case 'chat':
      return { ...row, messages: all(row.messages) };
    case 'preference':
      return {
        ...row,
        messages: all(row.messages),
        preferred: said(row.preferred, 'preferred'),
        rejected: said(row.rejected, 'rejected'),
      };
    case 'judged':
      return { ...row, messages: all(row.messages), answer: said(row.answer, 'answer') };
    case 'completion':
      return {
        ...row,
        prompt: change(row.prompt, 'prompt'),
        completion: change(row.completion, 'completion'),
      };
    case 'labelled':
      return {
        ...row,
        text: change(row.text, 'text'),
        ...(row.pair !== undefined && { pair: change(row.pair, 'text_pair') }),
      };
    case 'text':
    case 'tagged':
      return { ...row, text: change(row.text, 'text') };
    case 'question':
      return {
        ...row,
        question: change(row.question, 'question'),
        context: change(row.context, 'context'),
      };
    case 'related':
      return { ...row, texts: row.texts.map((text, at) => change(text, `texts[${at}]`)) };
  }
}

/** The fields with the strings in them changed. */
function mapValues(fields: Readonly<Record<string, unknown>>, change: Change) {
  const within = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return change(value, path);
    if (Array.isArray(value)) return value.map((each, at) => within(each, `${path}[${at}]`));
    if (typeof value !== 'object' || value === null) return value;
    const parts = Object.entries(value).map(([key, each]) => [key, within(each, `${path}.${key}`)]);
    return Object.fromEntries(parts) as unknown;
  };
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, within(value, key)]),
  );
}

/** JSON with its strings changed; the text itself where none is, or it is no JSON. */
function mapJson(json: string, change: (text: string) => string): string {
  let isChanged = false;
  const changed = (_: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const text = change(value);
    isChanged ||= text !== value;
    return text;
  };
  try {
    const value: unknown = JSON.parse(json, changed);
    return isChanged ? JSON.stringify(value) : json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return change(json);
  }
}
