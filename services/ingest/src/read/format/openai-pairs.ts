import { isObject } from '../../check/validate-message.ts';
import { renamed } from './chat.ts';
import { columnOf, type Format, type Row } from './format.ts';
import { isMessages, isVerdict, unpacked, verdictOf } from './said.ts';

/** OpenAI's pairs: a conversation, the better way to go on and a worse one. */
export const openaiPreference: Format = {
  kind: 'preference',
  usual: {
    input: ['input'],
    chosen: ['preferred_output'],
    rejected: ['non_preferred_output'],
  },
  holds: { input: isInput, chosen: isMessages, rejected: isMessages },
  convert: (row, { columns }) => {
    const made = renamed(row, [
      ['input', columnOf(columns, 'input')],
      ['preferred_output', columnOf(columns, 'chosen')],
      ['non_preferred_output', columnOf(columns, 'rejected')],
    ]);
    return { ...made, row: allUnpacked(made.row) };
  },
};

/** OpenAI's pairs with one answer and whether that is a good one. */
export const openaiJudged: Format = {
  kind: 'judged',
  usual: { input: ['input'], output: ['output'], label: ['label'] },
  holds: { input: isInput, output: isMessages, label: isVerdict },
  convert: (row, { columns }) => {
    const made = renamed(row, [
      ['input', columnOf(columns, 'input')],
      ['output', columnOf(columns, 'output')],
      ['label', columnOf(columns, 'label')],
    ]);
    const { label, ...said } = allUnpacked(made.row);
    return { ...made, row: { ...said, ...(label !== undefined && { label: verdictOf(label) }) } };
  },
};

function isInput(value: unknown): boolean {
  const input = unpacked(value);
  return isObject(input) && 'messages' in input;
}

function allUnpacked(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, unpacked(value)]));
}
