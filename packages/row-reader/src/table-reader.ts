import { koffi } from '@lathe/native/koffi';
import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

/** What cells of a column may be besides texts, in the bits of `enum cell_kind` of c/table-cells.h. */
const kindBits = { optional: 1, number: 2, list: 4, messages: 8 } as const;

/** A column of a table: its name, '' where it is left out, and what its cells may be besides texts. */
type TableColumn = { readonly name: string; readonly may: readonly (keyof typeof kindBits)[] };

/** How a table is written; longer records than `mostBytes` are for others. */
export type TableForm = {
  readonly columns: readonly TableColumn[];
  readonly delimiter: string;
  readonly areQuotesText: boolean;
  readonly mostBytes: number;
};

/** Rows as lines of JSON: row i is what stands from `starts[i]` to `ends[i]` of the bytes, which nobody else looks at, and begins on line `numbers[i]`. */
type TableRows = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly numbers: Float64Array;
};

/** Where a record begins among bytes, and on which line. */
type RecordPlace = { readonly at: number; readonly line: number };

/** What was read, if anything, and the record that is next. */
type TableRead = RecordPlace & {
  readonly rows: TableRows | undefined;
  /** There was no room for more; otherwise the record that is next is for others, or does not end within the bytes. */
  readonly isFull: boolean;
};

/** Reads the records from a place on that are plain. Of bytes that are too many at a time none is. */
export type TableReader = {
  read(bytes: Uint8Array, from: RecordPlace): TableRead;
  /** How many bytes may be read at a time. */
  readonly mostBytes: number;
};

/** Opens a reader of a table; undefined where all of its records are for others. */
export type OpenTable = (form: TableForm) => TableReader | undefined;

/** Records that C takes are no longer. */
const mostLength = 2 ** 31 - 1;
/** Bytes and rows that are read at a time. */
const most = { bytes: 256 * 1024, rows: 4096 };
/** What JSON takes at most for a byte, a cell and a row besides; see c/table-reader.c. */
const room = { byte: 6, cell: 4, row: 32 };
/** The numbers of `struct table_rows` that are told. */
const [rowsPlace, atPlace, linePlace] = [6, 7, 8];
/** What `lathe_table_read` stops at. */
const atRoom = 1;

/** Names that JSON.stringify puts before others, whatever their place. */
const index = /^\d+$/;

/**
 * Opens readers in C of tables, for one thread; undefined where there is no library. Records of which nothing is wrong become lines of JSON; others are told by
 * their place.
 * @example
 * const columns = [{ name: 'text', may: [] }];
 * const reader = openTables()?.({ columns, delimiter: ',', areQuotesText: false, mostBytes: 1000 });
 * reader?.read(Buffer.from('a\n'), { at: 0, line: 2 }).rows?.bytes; // {"text":"a"}
 */
export function openTables(): OpenTable | undefined {
  const call = loadedLibrary(library)?.func('lathe_table_read', 'int32_t', [
    ...['void *', 'void *', 'int64_t', 'void *'],
  ]);
  if (call === undefined) return undefined;
  return ({ columns, delimiter, areQuotesText, mostBytes }) => {
    const names = columns.map(({ name }) => name).filter((name) => name !== '');
    const isOther = new Set(names).size < names.length || names.some((name) => index.test(name));
    if (names.length === 0 || isOther || !/^[,;\t|]$/.test(delimiter)) return undefined;
    const texts = columns.map(({ name }) =>
      name === '' ? '' : `${name === names[0] ? '{' : ','}${JSON.stringify(name)}:`,
    );
    const keys = Buffer.from(texts.join(''));
    let end = 0;
    const keyEnds = Int32Array.from(texts, (text) => (end += Buffer.byteLength(text)));
    const kinds = Uint8Array.from(columns, ({ may }) =>
      may.reduce((bits, kind) => bits | kindBits[kind], 0),
    );
    const json = new Uint8Array(
      room.byte * most.bytes + keys.length + room.cell * columns.length + room.row,
    );
    const [starts, ends] = [new Int32Array(most.rows), new Int32Array(most.rows)];
    const numbers = new Float64Array(most.rows);
    const address = (array: ArrayBufferView): bigint => koffi().address(array);
    const table = BigInt64Array.of(
      ...[address(keys), BigInt(keys.length), address(keyEnds), address(kinds)],
      ...[columns.length, delimiter.charCodeAt(0), areQuotesText ? 1 : 0].map(BigInt),
      BigInt(Math.min(mostBytes, mostLength)),
    );
    const told = BigInt64Array.of(
      ...[address(json), BigInt(json.length), address(starts), address(ends), address(numbers)],
      ...[most.rows, 0, 0, 0].map(BigInt),
    );
    /** What C has the addresses of: nothing else may keep it from being collected. */
    const held = { keys, keyEnds, kinds, json, starts, ends, numbers };
    const found = (count: number): TableRows | undefined =>
      count === 0
        ? undefined
        : {
            bytes: held.json.slice(0, held.ends[count - 1]),
            starts: held.starts.slice(0, count),
            ends: held.ends.slice(0, count),
            numbers: held.numbers.slice(0, count),
          };
    return {
      mostBytes: most.bytes,
      read(bytes, { at, line }) {
        told[atPlace] = BigInt(at);
        told[linePlace] = BigInt(line);
        const stopped = call(table, bytes, bytes.length, told);
        return {
          rows: found(Number(told[rowsPlace])),
          at: Number(told[atPlace]),
          line: Number(told[linePlace]),
          isFull: stopped === atRoom,
        };
      },
    };
  };
}
