import { isObject } from '../../check/validate-message.ts';
import { isNothing, unpacked } from './said.ts';

/** Names of calls that observations are about to answer, in their order. */
type Call = { readonly id: string; readonly function: object };

/**
 * Tools in OpenAI's shape: a list of them, or of functions without their wrapping, or the JSON of either; undefined where
 * there are none, and as it came where it is none of that, for the checks to name.
 */
export function toolsIn(value: unknown): unknown {
  if (isNothing(value)) return undefined;
  const tools = unpacked(value);
  if (isNothing(tools)) return undefined;
  const list: unknown = isObject(tools) ? [tools] : tools;
  if (!Array.isArray(list)) return list;
  return list.map((tool: unknown) =>
    isObject(tool) && typeof tool.name === 'string' && !('function' in tool)
      ? { type: 'function', function: tool }
      : tool,
  );
}

/**
 * The calls that a text of JSON makes: one `{"name": …, "arguments": {…}}` or a list of them, each with an id of its place;
 * undefined for any other text.
 */
export function callsIn(text: unknown, turn: number): Call[] | undefined {
  const value = unpacked(text);
  const calls: readonly unknown[] = Array.isArray(value) ? value : [value];
  const made = calls.map((call, at) => callOf(call, `call_${turn}_${at}`));
  return made.length > 0 && made.every((call) => call !== undefined) ? made : undefined;
}

function callOf(call: unknown, id: string): Call | undefined {
  if (!isObject(call) || typeof call.name !== 'string') return undefined;
  const given = call.arguments ?? call.parameters ?? {};
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const called = { name: call.name, arguments: text };
  return { id, ...{ type: 'function' }, function: called };
}
