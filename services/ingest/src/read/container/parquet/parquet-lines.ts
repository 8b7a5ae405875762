import { fstatSync } from 'node:fs';
import { type FileMetaData, parquetMetadataAsync, parquetScan } from 'hyparquet';
import { Unreadable } from '../limits.ts';
import { checkPages, type ParquetLimits } from './check-pages.ts';
import { dateParsers } from './dates.ts';
import { changesOf, withRawDecimals } from './decimals.ts';
import { refuseWideFirstValues } from './duckdb-numbers.ts';
import { asyncBufferOf, readSlice } from './file-slices.ts';
import { createPageMemory } from './page-memory.ts';
import { type PagePlace, pagePlaces } from './page-places.ts';
import { saidByJson, textOf } from './plain-value.ts';
import { createRowWriter } from './row-writer.ts';
import { unpackers } from './unpackers.ts';

/** Largest description of a file at its end. */
const mostFooterBytes = 64 * 1024 * 1024;
/**
 * Unpacked bytes of a row group that are read at a time: fewer take more time, and more take more memory. Lists and objects
 * are put together a page at a time, and pages of short texts, as of roles, hold rows of many windows.
 */
const usualWindow = { flat: 4 * 1024 * 1024, nested: 16 * 1024 * 1024 };

/** Who is given the rows of a file. */
export type ParquetSink = {
  /** What `datasets` of Hugging Face says of the columns, as JSON: once, before the rows; '' where the file has nothing of it, or too much. */
  readonly tell: (features: string) => void;
  readonly write: (piece: Uint8Array) => void;
};

/** Longest description of columns that is told of. */
const mostFeatures = 262_144;

/**
 * Writes the rows of an open Parquet file as lines of JSON, in pieces that are overwritten once `write` returns. Memory stays in proportion to a page of
 * each column, however large row groups are. Throws Unreadable for
 * a file that is damaged, cut short or lies; the reader itself may take more memory than there is for one that is made up, so
 * it runs in a process of its own.
 */
export async function writeParquetLines(
  file: number,
  limits: ParquetLimits,
  { tell, write }: ParquetSink,
): Promise<void> {
  try {
    const { size: bytes } = fstatSync(file);
    const end = Buffer.from(readSlice(file, Math.max(0, bytes - 8), bytes));
    if (bytes < 12 || end.toString('latin1', 4) !== 'PAR1')
      throw new Unreadable('is cut short: the end of its Parquet data is missing');
    const footer = end.readUInt32LE();
    if (footer > Math.min(bytes - 12, mostFooterBytes))
      throw new Unreadable('is damaged: the end of its Parquet data is larger than it may be');
    const said = await parquetMetadataAsync(asyncBufferOf(file, bytes), { geoparquet: false });
    checkPages(file, { bytes, metadata: said }, limits);
    refuseWideFirstValues(said);
    const features = said.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value ?? '';
    tell(features.length > mostFeatures ? '' : features);
    const changes = changesOf(said);
    const metadata = withRawDecimals(said);
    const columns = columnsOf(metadata);
    const usual = columns.every(({ isFlat }) => isFlat) ? usualWindow.flat : usualWindow.nested;
    const { windowBytes = usual } = limits;
    const memory = createPageMemory();
    const slices = asyncBufferOf(file, bytes, memory.keep);
    const places: Record<string, PagePlace[]>[] = metadata.row_groups.map(() => ({}));
    const scanned = (stringFromBytes: (bytes: Uint8Array | undefined) => unknown) =>
      parquetScan({
        ...{
          file: slices,
          metadata,
          compressors: memory.kept(unpackers),
          utf8: false,
          geoparquet: false,
        },
        // Not of its public types: what it reads of a filter's page index, which is counted here instead.
        ...{ pageLocationsByGroup: places },
        parsers: { ...dateParsers, stringFromBytes, jsonFromBytes: saidByJson },
        // It was not held against the pages.
        useOffsetIndex: false,
      });
    // Texts of a column of their own are written as the bytes that they are; others are keys or parts of objects.
    const flat = await scanned((bytes) => bytes);
    const nested = await scanned(textOf);
    const rows = createRowWriter(
      columns.map(({ name }) => name),
      write,
    );
    try {
      for (const { at: group, rowStart, rowEnd, isPart } of windows(metadata, windowBytes)) {
        const own = metadata.row_groups[group];
        const known = places[group] ?? {};
        if (isPart && own !== undefined && Object.keys(known).length === 0)
          Object.assign(known, pagePlaces(file, metadata, own));
        const values: ArrayLike<unknown>[] = [];
        // One after another: hyparquet leaves errors unheard of columns that it reads beside each other.
        for (const { name: column, isFlat } of columns) {
          const read = await (isFlat ? flat : nested)
            .readColumn({ column, rowStart, rowEnd })
            .catch((error: unknown) => {
              throw damaged(error, column);
            });
          const change = changes.get(column);
          values.push(change === undefined ? read : Array.from(read, change));
        }
        rows.add(values, rowEnd - rowStart);
        memory.giveBack();
      }
    } finally {
      rows.flush();
    }
  } catch (error) {
    throw damaged(error);
  }
}

type Column = {
  readonly name: string;
  /** Each row has one value that is no list and no object. */
  readonly isFlat: boolean;
};

function columnsOf({ schema }: FileMetaData): Column[] {
  const columns: Column[] = [];
  const names = new Set<string>();
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    for (let child = 0; child < children && at < schema.length; child++) skip();
  };
  while (at < schema.length) {
    const { name = '', num_children: children, repetition_type: type } = schema[at] ?? {};
    if (names.has(name)) throw new Unreadable(`names the column ${JSON.stringify(name)} twice`);
    names.add(name);
    columns.push({ name, isFlat: !children && type !== 'REPEATED' });
    skip();
  }
  return columns;
}

type Window = {
  /** The row group. */
  readonly at: number;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** There are others of the same row group. */
  readonly isPart: boolean;
};

/** Rows that are read at a time: those of a group, or fewer of one that is large. */
function* windows({ row_groups: groups }: FileMetaData, windowBytes: number): Generator<Window> {
  let begins = 0;
  for (const [at, { columns, num_rows: count }] of groups.entries()) {
    const rows = Number(count);
    const bytes = columns.reduce(
      (sum, { meta_data: chunk }) => sum + Number(chunk?.total_uncompressed_size ?? 0),
      0,
    );
    const step = Math.ceil(rows / Math.max(1, Math.ceil(bytes / windowBytes)));
    for (let from = 0; from < rows; from += step)
      yield {
        ...{ at, rowStart: begins + from, rowEnd: begins + Math.min(rows, from + step) },
        isPart: step < rows,
      };
    begins += rows;
  }
}

/** What the reader says of a file is not for people who did not write it; failures of the disk are none of the file. */
function damaged(error: unknown, column?: string): unknown {
  if (error instanceof Unreadable || (error as NodeJS.ErrnoException).syscall !== undefined)
    return error;
  const reason = error instanceof Error ? error.message : String(error);
  const of = column === undefined ? '' : ` of the column ${JSON.stringify(column.slice(0, 100))}`;
  if (/not supported/.test(reason))
    return new Unreadable(
      `has values${of} of a type that cannot be read (${reason.slice(0, 100)}); write them as text`,
      { cause: error },
    );
  return new Unreadable(
    /unsupported/.test(reason)
      ? `uses what cannot be read (${reason.slice(0, 100)}); write it again with another compression and encoding`
      : `is damaged: its Parquet data${of} cannot be read`,
    { cause: error },
  );
}
