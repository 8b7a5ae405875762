import type { OpenTable, TableForm, TableReader } from '@lathe/row-reader/table-reader';
import { lineOf, numberColumns, optionalColumns, type Table } from './csv-line.ts';
import { type OpenRecord, openRecord, type TableRecord } from './csv-records.ts';
import { jsonKind } from './json-cells.ts';
import type { Line, LineGroup } from './lines.ts';

/** A line that is no row: one of nothing but empty cells, or the names of the columns again. */
export type OtherLine = 'empty' | 'names';

type TableOptions = {
  readonly maxBytes: number;
  /** Told of lines that are left out. */
  readonly onOther: (line: number, is: OtherLine) => void;
  /** Reads records of which nothing is wrong, in C; all are read here without it. */
  readonly openTable?: OpenTable | undefined;
};

/** Lines of a group at most, of those that are read here. */
const mostLines = 1024;
const lineEnd = Buffer.from('\r\n');
const byteOrderMark = Buffer.from('\ufeff');
const [newline, carriageReturn] = [0x0a, 0x0d];

/**
 * The rows of a table (RFC 4180) as lines of JSON, each with the number of the line on which it begins. Of a record over several
 * lines that is wrong each line is a problem, since quotes that do not end take rows into a cell. Rows of nothing but empty cells,
 * and the names of the columns where they come again, as in tables that were put together, are told by their lines, and left out. Memory stays below one chunk and `maxBytes`.
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
  { onOther }: TableOptions,
  { open, plain }: { readonly open: OpenRecord; readonly plain: TableReader | undefined },
) {
  const { preamble = 0 } = table;
  let areNamesNext = table.isNameless !== true;
  /** Bytes of the names of several columns. */
  let names: Buffer | undefined;
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
      if ('bytes' in record && table.columns.length > 1) names = Buffer.from(record.bytes);
      return;
    }
    const line = areNames(record, names) ? 'names' : lineOf(record, table);
    if (line === 'empty' || line === 'names') {
      // What is told of the lines before comes first.
      yield* rest();
      onOther(record.number, line);
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
    if (plain === undefined || !('bytes' in record) || areNames(record, names)) return undefined;
    const { number: line, bytes } = record;
    if (!mayBePlain(line) || bytes.length + lineEnd.length > plain.mostBytes) return undefined;
    return plain.read(Buffer.concat([bytes, lineEnd]), { at: 0, line }).rows;
  };
  return {
    add,
    rest,
    *read(piece: Buffer): Generator<LineGroup> {
      let hasNames: boolean | undefined;
      for (let at = 0; ; ) {
        if (!areNamesNext) hasNames ??= names !== undefined && holdsNames(piece, at, names);
        if (plain !== undefined && hasNames === false) at = yield* readPlain(piece, at, plain);
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

function areNames(record: TableRecord, names: Buffer | undefined): boolean {
  if (names === undefined || !('bytes' in record)) return false;
  const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength);
  return bytes.equals(names) || bytes.equals(Buffer.concat([byteOrderMark, names]));
}

/** Whether a line of the piece from there on may be the names; records that are plain are not looked at for that. */
function holdsNames(piece: Buffer, from: number, names: Buffer): boolean {
  for (let at = piece.indexOf(names, from); at !== -1; at = piece.indexOf(names, at + 1)) {
    const before = piece[at - 1] ?? newline;
    const after = piece[at + names.length] ?? newline;
    const begins = before === newline || before === byteOrderMark.at(-1);
    if (begins && (after === newline || after === carriageReturn)) return true;
  }
  return false;
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
