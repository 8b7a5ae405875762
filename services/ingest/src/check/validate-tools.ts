import { mostTools, toolName } from '@lathe/contracts/artifact/tool';
import { asksForNothing } from '@lathe/contracts/http/nothing';
import { misfit } from './schema-fit.ts';
import { argumentsOf, checkCallFields } from './validate-calls.ts';
import { fail, isObject, nameOf, quoted, type Report, warn } from './validate-message.ts';

/** Keys that say which tools there are, beside the messages. */
export const toolKeys = ['tools', 'parallel_tool_calls'] as const;

/** The tools of a row by their names, with the schema of their arguments. */
type Tools = ReadonlyMap<string, unknown>;

/**
 * What is wrong with the tools of a conversation and with its calls: of a tool that is not there, with arguments that
 * do not fit it, a result without its call. `path` leads to the object with `messages` and `tools`; `answers` go on
 * from the messages.
 */
export function checkTools(
  row: Record<string, unknown>,
  { path, answers = [] }: { readonly path: string; readonly answers?: readonly Answer[] },
  report: Report,
): void {
  const { parallel_tool_calls: parallel } = row;
  const tools = readTools(row.tools, `${path}tools`, report);
  if (parallel !== undefined && parallel !== null && typeof parallel !== 'boolean')
    fail(
      report,
      `${path}parallel_tool_calls`,
      'type',
      `${path}parallel_tool_calls must be true or false`,
    );
  const messages = Array.isArray(row.messages) ? (row.messages as unknown[]) : [];
  const told = messages.map((message, i) => ({ message, path: `${path}messages[${i}]` }));
  for (const each of [...told, ...answers]) {
    if (isObject(each.message)) checkCallFields(each.message, each.path, report);
    for (const call of callsOf(each)) checkCall(call, tools, report);
  }
  if (parallel === false)
    for (const each of [...told, ...answers])
      if (callsOf(each).length > 1)
        fail(
          report,
          `${each.path}.tool_calls`,
          'tool-calls',
          `${each.path} has several calls, but parallel_tool_calls is false`,
        );
  checkResults(told, report);
}

type Answer = { readonly message: unknown; readonly path: string };
type Call = { readonly name: unknown; readonly id: unknown; readonly written: unknown } & {
  readonly path: string;
};

function callsOf({ message, path }: Answer): Call[] {
  if (!isObject(message) || !Array.isArray(message.tool_calls)) return [];
  return (message.tool_calls as unknown[]).flatMap((call, i) => {
    if (!isObject(call) || !isObject(call.function)) return [];
    const { name, arguments: written } = call.function;
    return [{ name, id: call.id, written, path: `${path}.tool_calls[${i}]` }];
  });
}

function readTools(given: unknown, path: string, report: Report): Tools {
  const tools = new Map<string, unknown>();
  if (asksForNothing(given)) return tools;
  if (!Array.isArray(given)) {
    fail(report, path, 'type', `${path} must be a list, not ${nameOf(given)}`);
    return tools;
  }
  if (given.length > mostTools)
    fail(
      report,
      path,
      'tools',
      `${path} has ${given.length} tools; at most ${mostTools} are taken`,
    );
  for (const [index, tool] of given.entries()) {
    const place = `${path}[${index}]`;
    if (!isObject(tool) || tool.type !== 'function' || !isObject(tool.function)) {
      const wanted = '{"type": "function", "function": {"name": …, "parameters": …}}';
      fail(report, place, 'tools', `${place} must be ${wanted}`);
      continue;
    }
    const { name, description, parameters } = tool.function;
    if (typeof name !== 'string' || !toolName.test(name)) {
      const what = 'at most 64 letters, digits and any of _ - . : /';
      fail(report, `${place}.function.name`, 'tools', `${place}.function.name must be ${what}`);
      continue;
    }
    if (tools.has(name))
      fail(report, `${place}.function.name`, 'tools', `${path} names ${quoted(name)} twice`);
    if (description != null && typeof description !== 'string')
      fail(
        report,
        `${place}.function.description`,
        'tools',
        `${place}.function.description must be a string`,
      );
    if (parameters != null && !isObject(parameters))
      fail(
        report,
        `${place}.function.parameters`,
        'tools',
        `${place}.function.parameters must be a JSON Schema, not ${nameOf(parameters)}`,
      );
    tools.set(name, parameters ?? {});
  }
  return tools;
}

function checkCall({ name, written, path }: Call, tools: Tools, report: Report): void {
  if (typeof name !== 'string' || name === '') return;
  const schema = tools.get(name);
  if (schema === undefined) {
    const message =
      tools.size === 0
        ? `${path} calls ${quoted(name)}, but the row has no tools`
        : `${path} calls ${quoted(name)}, which is not one of its tools`;
    fail(report, `${path}.function.name`, 'unknown-tool', message);
    return;
  }
  const given = argumentsOf(written);
  const problem = given === undefined ? undefined : misfit(schema, given);
  if (problem !== undefined)
    fail(
      report,
      `${path}.function.arguments`,
      'tool-arguments',
      `the arguments of ${path} do not fit the tool ${quoted(name)}: ${problem}`,
    );
}

/** Results follow the calls that they name, each once; a conversation may end with calls, or go on without some. */
function checkResults(told: readonly Answer[], report: Report): void {
  let open = new Map<unknown, string>();
  const leave = (): void => {
    for (const path of open.values())
      warn(report, path, 'tool-result', `${path} is followed by no tool message with its id`);
    open = new Map();
  };
  for (const each of told) {
    const { message, path } = each;
    if (!isObject(message)) continue;
    if (message.role !== 'tool') {
      leave();
      for (const call of callsOf(each)) open.set(call.id, call.path);
      continue;
    }
    const id = message.tool_call_id;
    if (typeof id !== 'string' || id === '') continue;
    if (!open.delete(id))
      fail(
        report,
        `${path}.tool_call_id`,
        'tool-call-id',
        `${path} answers the call ${quoted(id)}, which the message before it does not make`,
      );
  }
}
