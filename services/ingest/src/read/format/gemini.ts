import { fail, isObject, nameOf, quoted, type RowIssue } from '../../check/validate-message.ts';
import { columnOf, type Format, type Place } from './format.ts';
import { isPartsMessages, unpacked } from './said.ts';
import { isSystem, withSystem } from './system.ts';
import { endAtAnswer, type Spoken, speakers } from './turns.ts';

/** Gemini: `contents` of `{role, parts}`, each part a text, with what the system says beside them. */
export const gemini: Format = {
  kind: 'chat',
  byContent: 'messages',
  usual: {
    messages: ['contents', 'messages'],
    system: ['systeminstruction', 'system_instruction', 'system'],
  },
  holds: { messages: isPartsMessages, system: isSystem },
  convert(row, reading) {
    const name = columnOf(reading.columns, 'messages') ?? 'contents';
    const turns = unpacked(row[name]);
    if (!Array.isArray(turns)) {
      const message = `${name} must be a list of contents, not ${nameOf(turns)}`;
      return { row: {}, issues: [{ path: name, rule: 'type', message, level: 'error' }] };
    }
    const spoken = spokenIn(turns, name);
    endAtAnswer(spoken);
    const { messages, places, issues } = withSystem(row, reading, spoken);
    return { row: { messages }, issues, places: () => [['messages', name], ...places] };
  },
};

function spokenIn(turns: readonly unknown[], name: string): Spoken {
  const messages: Record<string, unknown>[] = [];
  const places: Place[] = [];
  const issues: RowIssue[] = [];
  const report = (issue: RowIssue) => issues.push(issue);
  for (const [turn, said] of turns.entries()) {
    const place = `${name}[${turn}]`;
    if (!isObject(said)) {
      fail(report, place, 'type', `${place} must be an object, not ${nameOf(said)}`);
      continue;
    }
    const role = speakers[String(said.role).toLowerCase()];
    if (role === undefined || role === 'call' || role === 'tool') {
      const found = said.role === undefined ? 'missing' : quoted(String(said.role));
      const message = `${place}.role is ${found}, and must be user or model`;
      fail(report, `${place}.role`, 'role', message);
      continue;
    }
    const parts = unpacked(said.parts);
    if (!Array.isArray(parts)) {
      const message = `${place}.parts must be a list of parts, not ${nameOf(parts)}`;
      fail(report, `${place}.parts`, 'type', message);
      continue;
    }
    const at = `messages[${messages.length}]`;
    places.push([at, place], [`${at}.role`, `${place}.role`], [`${at}.content`, `${place}.parts`]);
    messages.push({ role, content: parts });
  }
  return { messages, places, issues };
}
