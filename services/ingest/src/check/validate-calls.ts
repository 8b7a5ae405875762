import { asksForNothing } from '@lathe/contracts/http/nothing';
import { fail, isObject, nameOf, type Report } from './validate-message.ts';

/** What is wrong with the calls of one message, or with the call that a tool's message names. */
export function checkCallFields(
  message: Record<string, unknown>,
  path: string,
  report: Report,
): void {
  const { role, tool_calls: calls, tool_call_id: id } = message;
  if (role === 'tool') {
    const place = `${path}.tool_call_id`;
    if (id === undefined || id === null || id === '')
      fail(report, place, 'tool-call-id', `${place} is missing`);
    else if (typeof id !== 'string') fail(report, place, 'type', `${place} must be a string`);
  } else if (!asksForNothing(id))
    fail(
      report,
      `${path}.tool_call_id`,
      'tool-call-id',
      `${path}.tool_call_id belongs to tool messages only`,
    );
  if (asksForNothing(calls)) return;
  const place = `${path}.tool_calls`;
  if (role !== 'assistant')
    fail(report, place, 'tool-calls', `${place} belongs to assistant messages only`);
  else if (!Array.isArray(calls))
    fail(report, place, 'type', `${place} must be a list, not ${nameOf(calls)}`);
  else for (const [index, call] of calls.entries()) checkCall(call, `${place}[${index}]`, report);
}

function checkCall(call: unknown, path: string, report: Report): void {
  if (!isObject(call)) {
    fail(report, path, 'type', `${path} must be an object, not ${nameOf(call)}`);
    return;
  }
  const { id, type, function: called } = call;
  if (typeof id !== 'string' || id === '')
    fail(report, `${path}.id`, 'tool-calls', `${path}.id must be a string`);
  if (type != null && type !== 'function')
    fail(report, `${path}.type`, 'tool-calls', `${path}.type must be "function"`);
  if (!isObject(called)) {
    fail(report, `${path}.function`, 'tool-calls', `${path}.function must be an object`);
    return;
  }
  if (typeof called.name !== 'string' || called.name === '')
    fail(report, `${path}.function.name`, 'tool-calls', `${path}.function.name must be a string`);
  if (argumentsOf(called.arguments) === undefined)
    fail(
      report,
      `${path}.function.arguments`,
      'tool-arguments',
      `${path}.function.arguments must be the text of a JSON object`,
    );
}

/** The arguments of a call, which are a JSON object or its text; undefined for anything else. */
export function argumentsOf(written: unknown): Record<string, unknown> | undefined {
  if (typeof written !== 'string') return isObject(written) ? written : undefined;
  try {
    const value: unknown = JSON.parse(written);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
