import type { OpenTable, TableForm, TableReader } from '@lathe/row-reader/table-reader';
import { lineOf, numberColumns, optionalColumns, type Table } from './csv-line.ts';
import { type OpenRecord, openRecord, type TableRecord } from './csv-records.ts';
import { jsonKind } from './json-cells.ts';
import type { Line, LineGroup } from './lines.ts';

type TableOptions = {
  readonly maxBytes: number;
  readonly onEmpty: (line: number) => void;
  /** Reads records of which nothing is wrong, in C; all are read here without it. */
  readonly openTable?: OpenTable | undefined;
};

/** Lines of a group at most, of those that are read here. */
const mostLines = 1024;
const lineEnd = Buffer.from('\r\n');

/**
 * The rows of a table (RFC 4180) as lines of JSON, each with the number of the line on which it begins. Of a record over several
 * lines that is wrong each line is a problem, since quotes that do not end take rows into a cell. Rows of nothing but empty cells
 * are told by their lines, and left out. Memory stays below one chunk and `maxBytes`.
 */
export async function* readTable(
  source: AsyncIterable<Uint8Array>,
  table: Table,
  options: TableOptions,
): AsyncGenerator<LineGroup> {
  const { maxBytes, openTable } = options;
  const open = openRecord({ ...table, maxBytes });
  const plain = openTable?.(formOf(table, maxBytes));
  const rows = createRows(table, options, { open, plain });
  for await (const chunk of source)
    for (const piece of piecesOf(chunk, plain?.mostBytes)) yield* rows.read(piece);
  const last = open.last();
  if (last !== undefined) yield* rows.add(last);
  yield* rows.rest();
}

function* piecesOf(chunk: Uint8Array, most = chunk.length): Generator<Buffer> {
  const { buffer, byteOffset, length } = chunk;
  for (let at = 0; at < length; at += most)
    yield Buffer.from(buffer, byteOffset + at, Math.min(most, length - at));
}

/** Makes groups of records. */
function createRows(
  table: Table,
  { onEmpty }: TableOptions,
  { open, plain }: { readonly open: OpenRecord; readonly plain: TableReader | undefined },
) {
  const { preamble = 0 } = table;
  let areNamesNext = table.isNameless !== true;
  let lines: Line[] = [];
  // The first line may begin with a byte order mark.
  const mayBePlain = (line: number): boolean => line > Math.max(1, preamble) && !areNamesNext;
  function* rest(): Generator<LineGroup> {
    if (lines.length > 0) yield lines;
    lines = [];
  }
  function* add(record: TableRecord): Generator<LineGroup> {
    if (record.number <= preamble) return;
    if (areNamesNext) {
      areNamesNext = false;
      return;
    }
    const line = lineOf(record, table);
    if (line === 'empty') {
      // What is told of the lines before comes first.
      yield* rest();
      onEmpty(record.number);
      return;
    }
    for (const each of withLinesWithin(line, record)) {
      lines.push(each);
      if (lines.length >= mostLines) yield* rest();
    }
  }
  /** The plain records from there on; what follows them is to be read here. */
  function* readPlain(
    piece: Buffer,
    from: number,
    reader: TableReader,
  ): Generator<LineGroup, number> {
    let at = from;
    for (;;) {
      const line = open.nextLine();
      if (line === undefined || !mayBePlain(line)) return at;
      const read = reader.read(piece, { at, line });
      at = read.at;
      open.skipTo(read.line);
      if (read.rows === undefined) return at;
      yield* rest();
      yield { ...read.rows, areOwn: true };
      if (!read.isFull) return at;
    }
  }
  /** A record of several chunks, if it is plain. */
  const plainRow = (record: TableRecord): LineGroup | undefined => {
    if (plain === undefined || !('bytes' in record)) return undefined;
    const { number: line, bytes } = record;
    if (!mayBePlain(line) || bytes.length + lineEnd.length > plain.mostBytes) return undefined;
    return plain.read(Buffer.concat([bytes, lineEnd]), { at: 0, line }).rows;
  };
  return {
    add,
    rest,
    *read(piece: Buffer): Generator<LineGroup> {
      for (let at = 0; ; ) {
        if (plain !== undefined) at = yield* readPlain(piece, at, plain);
        const isCarried = open.nextLine() === undefined;
        at = open.read(piece, at);
        if (at === -1) break;
        const record = open.take();
        if (record === undefined) continue;
        const row = isCarried ? plainRow(record) : undefined;
        if (row === undefined) yield* add(record);
        else {
          yield* rest();
          yield row;
        }
      }
      yield* rest();
    },
  };
}

/** A row, and where it is wrong each further line of it. */
function* withLinesWithin(line: Line, { number, lines }: TableRecord): Generator<Line> {
  yield line;
  if ('bytes' in line) return;
  const message = `the line belongs to the row that begins on line ${number}, which is wrong`;
  for (let at = 1; at < lines; at++)
    yield { number: number + at, problem: { rule: 'within-row', message } };
}

/** How a table is written, for a reader of plain records. */
function formOf({ columns, delimiter, areQuotesText }: Table, mostBytes: number): TableForm {
  return {
    ...{ delimiter, areQuotesText: areQuotesText === true, mostBytes },
    columns: columns.map((name) => {
      const kind = jsonKind(name);
      return {
        name,
        may: [
          ...(optionalColumns.has(name) ? (['optional'] as const) : []),
          ...(numberColumns.has(name) ? (['number'] as const) : []),
          ...(kind === undefined ? [] : [kind]),
        ],
      };
    }),
  };
}
