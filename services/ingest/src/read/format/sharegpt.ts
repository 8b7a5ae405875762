import { nameOf } from '../../check/validate-message.ts';
import { cellOf, columnOf, type Format, type Sampled } from './format.ts';
import { isTurns, type TurnKeys, turnKeysOf, unpacked } from './said.ts';
import { isSystem, withSystem } from './system.ts';
import { toolsIn } from './tool-text.ts';
import { endAtAnswer, messagesOf } from './turns.ts';

/** ShareGPT: `conversations` of `{from, value}`, or of turns with other keys for these, with what the system says and its tools beside them. */
export const sharegpt: Format = {
  kind: 'chat',
  byContent: 'messages',
  usual: {
    messages: ['conversations', 'conversation', 'messages', 'dialogue', 'dialog', 'turns'],
    system: ['system', 'system_prompt'],
    tools: ['tools', 'functions'],
  },
  holds: { messages: isTurns, system: isSystem },
  look(sampled, columns) {
    const turns = otherKeys(sampled, columnOf(columns, 'messages') ?? 'conversations');
    return turns === undefined ? {} : { turns };
  },
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

/** The keys of the first turns that are not called `from` and `value`. */
function otherKeys(sampled: Sampled, column: string): TurnKeys | undefined {
  for (const value of sampled.values(column)) {
    const turns = unpacked(value);
    const keys = Array.isArray(turns) ? turnKeysOf(turns[0]) : undefined;
    if (keys !== undefined && (keys.speaker !== 'from' || keys.text !== 'value')) return keys;
  }
  return undefined;
}
