import { type Quoting, splitCells, type TableRecord } from './csv-records.ts';
import { jsonCell } from './json-cells.ts';
import type { Line } from './lines.ts';

/** Columns whose cells are numbers where they look like it. */
export const numberColumns: ReadonlySet<string> = new Set(['label', 'category', 'score', 'weight']);
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Columns that a row may leave empty. */
export const optionalColumns: ReadonlySet<string> = new Set(['id', 'idx', 'negative', 'negatives']);

/** How a table is written: what parts its cells, and the names in its first record, or those that it gets where that has none. */
export type Table = Quoting & {
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** The first record is a row. */
  readonly isNameless?: true;
  /** Lines before the names. */
  readonly preamble?: number;
};

/** A record as a line of JSON, or why it is none; 'empty' of one that has only empty cells. */
export function lineOf({ lines, ...record }: TableRecord, table: Table): Line | 'empty' {
  const { delimiter, columns } = table;
  if (!('bytes' in record)) return record;
  const { number: at, bytes } = record;
  const text = Buffer.from(bytes);
  // What is no UTF-8 is refused where lines are parsed.
  if (!text.equals(Buffer.from(text.toString()))) return record;
  const problem = (rule: string, message: string): Line => ({
    number: at,
    problem: { rule, message },
  });
  const cells = splitCells(text.toString(), delimiter, table);
  if (typeof cells === 'string')
    return problem('quotes', lines === 1 ? cells : `${cells}, up to line ${at + lines - 1}`);
  if (cells.length > 1 && cells.every((cell) => cell.trim() === '')) return 'empty';
  if (cells.length !== columns.length)
    return problem(
      'columns',
      `the row has ${cells.length} cells, and the first line names ${columns.length} columns`,
    );
  const row: [string, unknown][] = [];
  for (const [index, cell] of cells.entries()) {
    const name = columns[index] as string;
    if (name === '') continue;
    try {
      row.push([name, cellValue(name, cell)]);
    } catch {
      return problem('json', `the cell of ${name} is not valid JSON`);
    }
  }
  return { number: at, bytes: Buffer.from(JSON.stringify(Object.fromEntries(row))) };
}

/** Throws SyntaxError for a list that is no JSON. */
function cellValue(name: string, cell: string): unknown {
  if (cell === '' && optionalColumns.has(name)) return null;
  if (numberColumns.has(name) && number.test(cell) && isExact(cell)) return Number(cell);
  return jsonCell(name, cell);
}

/** Whether a number is itself once it is read: of large whole numbers several become one. */
function isExact(cell: string): boolean {
  const value = Number(cell);
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}
