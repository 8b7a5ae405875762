import { nameOf } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { cellOf, columnOf, type Format, type Row } from './format.ts';
import { isNothing, isText, isTurns, unpacked } from './said.ts';
import { toolsIn } from './tool-text.ts';
import { endAtAnswer, messagesOf } from './turns.ts';

/** ShareGPT: `conversations` of `{from, value}`, with what the system says and its tools beside them. */
export const sharegpt: Format = {
  kind: 'chat',
  byContent: 'messages',
  usual: {
    messages: ['conversations', 'conversation', 'messages', 'dialogue', 'dialog', 'turns'],
    system: ['system', 'system_prompt'],
    tools: ['tools', 'functions'],
  },
  holds: { messages: isTurns, system: isText },
  convert(row, reading) {
    const name = columnOf(reading.columns, 'messages') ?? 'conversations';
    const turns = unpacked(row[name]);
    if (!Array.isArray(turns)) {
      const message = `${name} must be a list of turns, not ${nameOf(turns)}`;
      return { row: {}, issues: [{ path: name, rule: 'type', message, level: 'error' }] };
    }
    const spoken = messagesOf(turns, name);
    endAtAnswer(spoken);
    const { messages, places, issues } = withSystem(row, reading, spoken);
    const tools = toolsIn(cellOf(row, reading, 'tools'));
    const toolName = columnOf(reading.columns, 'tools') ?? 'tools';
    return {
      row: { messages, ...(tools !== undefined && { tools }) },
      issues,
      places: () => [['messages', name], ['tools', toolName], ...places],
    };
  },
};

/** With what a column has the system say, where no turn does. */
function withSystem(row: Row, reading: Reading, spoken: ReturnType<typeof messagesOf>) {
  const system = cellOf(row, reading, 'system');
  if (isNothing(system) || spoken.messages[0]?.role === 'system') return spoken;
  const name = columnOf(reading.columns, 'system') ?? 'system';
  const moved = spoken.places.map(([made, source]): [string, string] => [
    made.replace(/\d+/, (at) => String(Number(at) + 1)),
    source,
  ]);
  return {
    messages: [{ role: 'system', content: system }, ...spoken.messages],
    places: [['messages[0]', name] as const, ['messages[0].content', name] as const, ...moved],
    issues: spoken.issues,
  };
}
