import { fail, type RowIssue } from '../../check/validate-message.ts';
import { cellOf, columnOf, type Format, type Place } from './format.ts';
import { isNothing, isText } from './said.ts';
import { callsIn, toolsIn } from './tool-text.ts';

const speaker = /(?:^|\n)\s*(USER|ASSISTANT|FUNCTION RESPONSE):/g;
const call = /<functioncall>\s*(\{[\s\S]*\})\s*$/;
const roles: Readonly<Record<string, string>> = {
  USER: 'user',
  ASSISTANT: 'assistant',
  'FUNCTION RESPONSE': 'tool',
};

/** Chats as glaive-function-calling writes them: one text of `USER:`, `ASSISTANT:` and `FUNCTION RESPONSE:`, tools as JSON in what the system says. */
export const glaive: Format = {
  kind: 'chat',
  usual: { chat: ['chat'], system: ['system'] },
  holds: {
    chat: (value) => isText(value) && new RegExp(speaker.source).test(value),
    system: isText,
  },
  convert(row, reading) {
    const column = columnOf(reading.columns, 'chat') ?? 'chat';
    const systemColumn = columnOf(reading.columns, 'system') ?? 'system';
    const issues: RowIssue[] = [];
    const report = (issue: RowIssue) => issues.push(issue);
    const said = row[column];
    const messages: Record<string, unknown>[] = [];
    if (!isText(said)) {
      fail(report, column, 'type', `${column} must be a string`);
      return { row: {}, issues };
    }
    const { told, tools } = systemIn(cellOf(row, reading, 'system'));
    if (!isNothing(told)) messages.push({ role: 'system', content: told });
    let open: string[] = [];
    for (const [turn, { by, text }] of turnsIn(said).entries()) {
      const role = roles[by] as string;
      if (role === 'tool') {
        const id = open.shift();
        if (id === undefined)
          fail(
            report,
            column,
            'tool-call-id',
            `turn ${turn + 1} of ${column} answers a call, and none is open before it`,
          );
        messages.push({ role, content: text, ...(id !== undefined && { tool_call_id: id }) });
        continue;
      }
      const written = role === 'assistant' ? call.exec(text) : null;
      if (written === null) {
        messages.push({ role, content: text });
        continue;
      }
      const calls = callsIn(unquoted(written[1] as string), turn);
      if (calls === undefined) {
        fail(
          report,
          column,
          'tool-calls',
          `turn ${turn + 1} of ${column} has a <functioncall> that is not JSON`,
        );
        continue;
      }
      open = calls.map(({ id }) => id);
      const before = text.slice(0, written.index).trim();
      messages.push({ role, content: before === '' ? null : before, tool_calls: calls });
    }
    const places = (): Place[] => [
      ...messages.map(
        (_, at): Place => [`messages[${at}]`, at === 0 && !isNothing(told) ? systemColumn : column],
      ),
      ['messages', column],
      ['tools', systemColumn],
    ];
    return { row: { messages, ...(tools !== undefined && { tools }) }, issues, places };
  },
};

function turnsIn(chat: string): { by: string; text: string }[] {
  const found = [...chat.matchAll(speaker)];
  return found.map((match, at) => {
    const from = match.index + match[0].length;
    const text = chat.slice(from, found[at + 1]?.index);
    return { by: match[1] as string, text: text.replaceAll('<|endoftext|>', '').trim() };
  });
}

/** What the system says without its tools, and these. */
function systemIn(system: unknown): { told: unknown; tools: unknown } {
  if (!isText(system)) return { told: system, tools: undefined };
  const text = system.replace(/^\s*SYSTEM:\s*/, '');
  const from = text.search(/\{\s*"name"/);
  if (from === -1) return { told: text.trim(), tools: undefined };
  const objects = objectsIn(text.slice(from));
  if (objects === undefined) return { told: text.trim(), tools: undefined };
  return {
    told: text
      .slice(0, from)
      .replace(/[\s-]+$/, '')
      .trim(),
    tools: toolsIn(objects),
  };
}

/** JSON objects that stand one after the other; undefined where that is not all. */
function objectsIn(text: string): unknown[] | undefined {
  try {
    return JSON.parse(
      `[${text.trim().replaceAll(/\}\s*\n\s*\{\s*"name"/g, '},{"name"')}]`,
    ) as unknown[];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A call whose arguments stand as JSON between single quotes, as a call with JSON within. */
function unquoted(text: string): string {
  return text.replace(
    /"arguments":\s*'([\s\S]*)'\s*\}\s*$/,
    (_, given: string) => `"arguments": ${given.replaceAll("\\'", "'")}}`,
  );
}
