import { isUtf8 } from 'node:buffer';
import { jsonKind } from '../../json-cells.ts';
import { createJsonWriter } from './json-writer.ts';
import { jsonLine } from './plain-value.ts';

/** Rows that are looked at before the first of them is written: of some of which one cannot be, none are. */
const batchRows = 256;

/** Writes rows as the lines that jsonLine makes of them. */
type RowWriter = {
  /** Adds rows, whose values are in columns. Throws Unreadable where jsonLine does. */
  add(values: readonly ArrayLike<unknown>[], rows: number): void;
  /** Hands on what is left. */
  flush(): void;
};

/**
 * Rows of columns of these names, in pieces that are overwritten once `write` returns. Bytes of text go from the file to the
 * line without becoming a string.
 */
export function createRowWriter(
  names: readonly string[],
  write: (piece: Uint8Array) => void,
): RowWriter {
  const json = createJsonWriter(write);
  // Objects have names that are numbers first, as lines have that are made of objects.
  const order = Object.values(Object.fromEntries(names.map((name, column) => [name, column])));
  const columns = order.map((column, at) => {
    const name = names[column] ?? '';
    return {
      ...{ column, name, mayBeJson: jsonKind(name) !== undefined },
      before: Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    };
  });
  const lineEnd = Buffer.from(columns.length === 0 ? '{}\n' : '}\n');
  /** Texts as bytes of UTF-8, and other values as JSON, row by row. */
  let cells: (Uint8Array | string)[] = [];
  const writeCells = (rows: number): void => {
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (const { before } of columns) {
        json.add(before);
        const cell = cells[at++] ?? '';
        if (typeof cell === 'string') json.add(Buffer.from(cell));
        else json.addText(cell);
      }
      json.add(lineEnd);
    }
    cells = [];
  };
  return {
    add(values, rows) {
      for (let row = 0; row < rows; row++) {
        for (const { column, name, mayBeJson } of columns)
          cells.push(cellOf(name, values[column]?.[row], mayBeJson));
        if ((row + 1) % batchRows === 0) writeCells(batchRows);
      }
      writeCells(rows % batchRows);
    },
    flush: () => json.flush(),
  };
}

function cellOf(name: string, value: unknown, mayBeJson: boolean): Uint8Array | string {
  if (value instanceof Uint8Array && isUtf8(value) && !(mayBeJson && mayBeginJson(value)))
    return value;
  // What jsonLine makes of them too, of a whole object.
  if (value === null || typeof value === 'boolean' || typeof value === 'number')
    return JSON.stringify(value);
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return String(value);
  return jsonLine([[name, value]]).slice(JSON.stringify(name).length + 2, -1);
}

/** Bytes of UTF-8 with which white space beyond ASCII begins. */
const beginsSpace: ReadonlySet<number> = new Set([0xc2, 0xe1, 0xe2, 0xe3, 0xef]);
const [bracket, brace] = [0x5b, 0x7b];

/** Whether a text begins with a bracket or a brace behind white space; it may be said of other texts too. */
function mayBeginJson(text: Uint8Array): boolean {
  for (const byte of text) {
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) continue;
    return byte === bracket || byte === brace || beginsSpace.has(byte);
  }
  return false;
}
