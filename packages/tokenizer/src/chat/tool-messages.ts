import { createHash } from 'node:crypto';
import { JsonNumber } from '../jinja/value/json-number.ts';
import type { Message } from './rendered-chat.ts';

type Call = { readonly id?: string; readonly function: { readonly arguments: unknown } };

/**
 * Messages with their tool calls as chat templates take them: arguments that came as the text of a JSON object are that
 * object, with Python's numbers, and content that is empty beside calls is left out. With `shortIds`, for templates that
 * take no others, ids are nine letters and digits, the same for the same id.
 * @example templateCalls([{ role: 'assistant', content: '', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x": 1.0}' } }] }]);
 */
export function templateCalls<M extends Message>(
  messages: readonly M[],
  { shortIds = false }: { readonly shortIds?: boolean } = {},
): Message[] {
  const idOf = (id: unknown) => (shortIds && typeof id === 'string' ? shortId(id) : id);
  return messages.map((message) => {
    const { tool_calls: calls, tool_call_id: answered, ...others } = message as Message;
    const told = answered === undefined ? others : { ...others, tool_call_id: idOf(answered) };
    if (!Array.isArray(calls)) return told;
    const said = told.content === '' ? { ...told, content: undefined } : told;
    return {
      ...said,
      tool_calls: (calls as Call[]).map((call) => ({
        ...call,
        ...(call.id !== undefined && { id: idOf(call.id) }),
        function: { ...call.function, arguments: parsed(call.function.arguments) },
      })),
    };
  });
}

/** The object that arguments are the text of; what is none stays as it is. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text, keepNumbers) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** A reviver that keeps apart what JavaScript has one number for. */
function keepNumbers(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const number = new JsonNumber(context.source);
  const isSame = number.isFloat ? !Number.isInteger(value) : Number.isSafeInteger(value);
  return isSame ? value : number;
}

/** Nine letters and digits. */
function shortId(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
}
