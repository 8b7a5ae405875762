import { records, splitCells } from './csv-records.ts';
import { jsonCell } from './json-cells.ts';
import type { Line } from './lines.ts';

/** Columns whose cells are numbers where they look like it. */
const numberColumns: ReadonlySet<string> = new Set(['label', 'category', 'score', 'weight']);
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Columns that a row may leave empty. */
const optionalColumns: ReadonlySet<string> = new Set(['id', 'idx', 'negative', 'negatives']);

/** How a table is written: what parts its cells, and the names in its first record, or those that it gets where that has none. */
export type Table = {
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** The first record is a row. */
  readonly isNameless?: true;
};

/**
 * The rows of a table (RFC 4180) as lines of JSON, each with the number of the line on which it begins. Memory stays below one
 * chunk and `maxBytes`.
 */
export async function* readTable(
  source: AsyncIterable<Uint8Array>,
  table: Table,
  maxBytes: number,
): AsyncGenerator<Line> {
  let isFirst = table.isNameless !== true;
  for await (const record of records(source, table.delimiter, maxBytes)) {
    if (!isFirst) yield lineOf(record, table);
    isFirst = false;
  }
}

function lineOf(record: Line, { delimiter, columns }: Table): Line {
  if (!('bytes' in record)) return record;
  const { number: at, bytes } = record;
  const text = Buffer.from(bytes);
  // What is no UTF-8 is refused where lines are parsed.
  if (!text.equals(Buffer.from(text.toString()))) return record;
  const problem = (rule: string, message: string): Line => ({
    number: at,
    problem: { rule, message },
  });
  const cells = splitCells(text.toString(), delimiter);
  if (typeof cells === 'string') return problem('quotes', cells);
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
  if (numberColumns.has(name) && number.test(cell)) return Number(cell);
  return jsonCell(name, cell);
}
