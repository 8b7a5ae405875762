import type { Line } from './lines.ts';

const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;

/** Where a reader of records is: at the start of a cell, in one without or with quotes, or after a quote in the latter. */
type Place = 'start' | 'plain' | 'quoted' | 'closed';

/** A record of a table, and on how many lines it stands. */
export type TableRecord = Line & { readonly lines: number };

/** How cells are written besides what parts them. */
export type Quoting = {
  /** Quotes are letters like any others, as in tables that were written without looking at what cells hold. */
  readonly areQuotesText?: boolean | undefined;
};

function next(place: Place, byte: number, delimiter: number): Place {
  if (place === 'quoted') return byte === quote ? 'closed' : 'quoted';
  if (byte === quote && place !== 'plain') return 'quoted';
  if (byte === delimiter || byte === newline) return 'start';
  return place === 'start' ? 'plain' : place;
}

/**
 * The records of a table: they end at a line end outside of quotes. A byte order mark at the beginning, the CR of a CRLF and blank
 * lines are left out. Of a record of more than `maxBytes` only its number and its lines come out.
 */
export async function* records(
  source: AsyncIterable<Uint8Array>,
  delimiter: string,
  maxBytes: number,
  { areQuotesText = false }: Quoting = {},
): AsyncGenerator<TableRecord> {
  const parting = delimiter.charCodeAt(0);
  let place: Place = 'start';
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  let begins = 1;
  let isAtLineEnd = true;
  const keep = (piece: Buffer): void => {
    length += piece.length;
    // What is over the limit is not kept, only counted.
    if (length <= maxBytes) parts.push(piece);
    else parts = [];
  };
  const take = (): TableRecord | undefined => {
    const number = begins;
    const lines = Math.max(1, line - begins);
    const tooLong = length > maxBytes;
    const bytes = trimmed(Buffer.concat(parts), number === 1);
    parts = [];
    length = 0;
    if (tooLong) return { number, lines, tooLong };
    return bytes.length === 0 ? undefined : { number, lines, bytes };
  };
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = 0; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (!areQuotesText) place = next(place, byte, parting);
      if (byte !== newline) continue;
      line++;
      if (place === 'quoted') continue;
      keep(buffer.subarray(from, at));
      from = at + 1;
      const record = take();
      begins = line;
      if (record !== undefined) yield record;
    }
    if (from < buffer.length) keep(buffer.subarray(from));
    if (buffer.length > 0) isAtLineEnd = buffer.at(-1) === newline;
  }
  // The last one may have no line end.
  if (!isAtLineEnd) line++;
  const last = length > 0 ? take() : undefined;
  if (last !== undefined) yield last;
}

function trimmed(bytes: Buffer, isFirst: boolean): Buffer {
  const from = isFirst && bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const to = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return bytes.subarray(from, to);
}

/** The cells of a record, without their quotes; or what is wrong with these. */
export function splitCells(
  record: string,
  delimiter: string,
  { areQuotesText = false }: Quoting = {},
): string[] | string {
  if (areQuotesText) return record.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    if (record[at] === '"') {
      const end = closingQuote(record, at);
      if (end === -1) return 'a quote is not closed';
      cells.push(record.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < record.length && record[at] !== delimiter)
        return `something stands between a closing quote and the next ${JSON.stringify(delimiter)}`;
    } else {
      const end = record.indexOf(delimiter, at);
      cells.push(record.slice(at, end === -1 ? undefined : end));
      at = end === -1 ? record.length : end;
    }
    if (at >= record.length) return cells;
  }
}

/** Place of the quote that ends the cell that begins with one at `start`; two in a row are one of the cell. */
function closingQuote(record: string, start: number): number {
  for (let at = record.indexOf('"', start + 1); at !== -1; at = record.indexOf('"', at + 2))
    if (record[at + 1] !== '"') return at;
  return -1;
}
