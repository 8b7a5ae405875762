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

/** How records are read. */
type RecordForm = Quoting & { readonly delimiter: string; readonly maxBytes: number };

/** A record while it is read, in one chunk or several: it ends at a line end outside of quotes. */
export type OpenRecord = {
  /** Goes on from that place of a chunk, up to the end of the record: the place behind it, or -1 where it goes on in the next chunk. */
  read(chunk: Buffer, from: number): number;
  /**
   * The record that has ended, where it is no blank line: without a byte order mark at the beginning and the CR of a CRLF. Of one of more than
   * `maxBytes` only its number and its lines come out.
   */
  take(): TableRecord | undefined;
  /** The record that the last chunk ends in, which may have no line end. */
  last(): TableRecord | undefined;
  /** The line on which the next one begins; undefined within a record. */
  nextLine(): number | undefined;
  /** Others were read up to that line. */
  skipTo(line: number): void;
};

/** Opens the first record of a table. */
export function openRecord({ delimiter, maxBytes, areQuotesText = false }: RecordForm): OpenRecord {
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
    begins = line;
    if (tooLong) return { number, lines, tooLong };
    return bytes.length === 0 ? undefined : { number, lines, bytes };
  };
  return {
    read(chunk, from) {
      if (chunk.length > 0) isAtLineEnd = chunk.at(-1) === newline;
      for (let at = from; at < chunk.length; at++) {
        const byte = chunk[at] as number;
        if (!areQuotesText) place = next(place, byte, parting);
        if (byte !== newline) continue;
        line++;
        if (place === 'quoted') continue;
        keep(chunk.subarray(from, at));
        return at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
      return -1;
    },
    take,
    last() {
      if (!isAtLineEnd) line++;
      return length > 0 ? take() : undefined;
    },
    nextLine: () => (length > 0 ? undefined : line),
    skipTo(to) {
      line = to;
      begins = to;
    },
  };
}

/** The records of a table, as `openRecord` reads them. */
export async function* records(
  source: AsyncIterable<Uint8Array>,
  delimiter: string,
  maxBytes: number,
  quoting: Quoting = {},
): AsyncGenerator<TableRecord> {
  const open = openRecord({ delimiter, maxBytes, ...quoting });
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = open.read(buffer, 0); at !== -1; at = open.read(buffer, at)) {
      const record = open.take();
      if (record !== undefined) yield record;
    }
  }
  const last = open.last();
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
