import { renamed } from './chat.ts';
import { columnOf, type Format } from './format.ts';
import { isText, unpacked } from './said.ts';

/** A text with marked stretches. */
export const spans: Format = {
  kind: 'tagged',
  usual: { text: ['text', 'sentence'], spans: ['spans', 'entities'] },
  holds: { text: isText, spans: (value) => Array.isArray(unpacked(value)) },
  convert(row, { columns }) {
    const column = columnOf(columns, 'spans') ?? 'spans';
    const made = renamed(row, [
      ['text', columnOf(columns, 'text')],
      ['spans', column],
    ]);
    return [
      { ...made, row: { ...made.row, ...(column in row && { spans: unpacked(row[column]) }) } },
    ];
  },
};
