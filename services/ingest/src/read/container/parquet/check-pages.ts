import { sizeText } from '@lathe/contracts/words/size';
import type { FileMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { Unreadable } from '../limits.ts';
import { readSlice } from './file-slices.ts';

/** What a Parquet file may hold. */
export type ParquetLimits = {
  readonly maxRows: number;
  /** Of one row group, unpacked, and of one page. */
  readonly maxRowGroupBytes: number;
  readonly maxRowGroupValues: number;
  /** Unpacked bytes that are read at a time. */
  readonly windowBytes?: number;
};

type Group = FileMetaData['row_groups'][number];
/** A column of a row group as its file describes it. */
export type Chunk = NonNullable<Group['columns'][number]['meta_data']>;

/** Bytes in which the header of a page is looked for, and more where it holds long statistics. */
const headerBytes = [4 * 1024, 1024 * 1024] as const;

const lies = (what: string) => new Unreadable(`is damaged: its Parquet data ${what}`);

/**
 * Holds what a Parquet file says of itself against its bytes before anything is unpacked: places within the file and not used
 * twice, sizes and numbers of values of each page that add up to those of their column, and rows to those of the file. Throws
 * Unreadable where they do not, or go beyond the limits.
 */
export function checkPages(
  file: number,
  { bytes, metadata }: { readonly bytes: number; readonly metadata: FileMetaData },
  limits: ParquetLimits,
): void {
  const rows = Number(metadata.num_rows);
  if (rows > limits.maxRows) throw new Unreadable(`has more than ${limits.maxRows} rows`);
  const lists = new Set(
    metadata.schema
      .filter(({ repetition_type: type }) => type === 'REPEATED')
      .map(({ name }) => name),
  );
  let sum = 0;
  const places: Place[] = [];
  for (const [at, group] of metadata.row_groups.entries()) {
    const groupRows = Number(group.num_rows);
    if (groupRows < 0) throw lies('say that a part has fewer rows than none');
    sum += groupRows;
    let unpacked = 0;
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined) throw lies('do not say where a column lies');
      const [name = '', ...within] = chunk.path_in_schema;
      const isFlat = within.length === 0 && !lists.has(name);
      const group = `row group ${at + 1} of ${metadata.row_groups.length} (${groupRows} rows)`;
      const place = { bytes, group, groupRows, chunk, isFlat, unpacked };
      const checked = checkChunk(file, place, limits);
      unpacked = checked.unpacked;
      places.push(checked.place);
    }
  }
  if (sum !== rows) throw lies(`say that there are ${rows} rows, and their parts have ${sum}`);
  places.sort(([a], [b]) => a - b);
  for (const [at, [, ends]] of places.entries())
    if (ends > (places[at + 1]?.[0] ?? bytes)) throw lies('use the same bytes for several columns');
}

/** Where a column of a group begins and ends. */
type Place = readonly [begins: number, ends: number];

type ChunkPlace = {
  readonly bytes: number;
  /** The row group in words. */
  readonly group: string;
  readonly groupRows: number;
  readonly chunk: Chunk;
  /** Each row has one value. */
  readonly isFlat: boolean;
  /** Bytes of the columns of the group before it. */
  readonly unpacked: number;
};

function checkChunk(
  file: number,
  { bytes, group, groupRows, chunk, isFlat, unpacked: before }: ChunkPlace,
  limits: ParquetLimits,
): { unpacked: number; place: Place } {
  const column = JSON.stringify(chunk.path_in_schema.join('.').slice(0, 100));
  const said = Number(chunk.num_values);
  if (said > limits.maxRowGroupValues)
    throw new Unreadable(
      `has more than ${limits.maxRowGroupValues} values of the column ${column} in ${group}; write it with smaller row groups`,
    );
  if (isFlat && said !== groupRows)
    throw lies(`say that ${groupRows} rows have ${said} values of the column ${column}`);
  const begins = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const ends = begins + Number(chunk.total_compressed_size);
  // A row group of no rows may have no pages.
  if (groupRows === 0 && said === 0 && ends === begins)
    return { unpacked: before, place: [begins, ends] };
  if (!(begins >= 4 && ends > begins && ends <= bytes))
    throw lies(`say that the column ${column} lies outside of the file`);
  let values = 0;
  let unpacked = before;
  let at = begins;
  while (at < ends && values < said) {
    const { header, length } = headerAt(file, at, ends);
    const packed = header.compressed_page_size;
    at += length + packed;
    if (packed < 0 || header.uncompressed_page_size < 0 || at > ends)
      throw lies(`say that a page of the column ${column} is larger than the column`);
    unpacked += header.uncompressed_page_size;
    if (unpacked > limits.maxRowGroupBytes)
      throw new Unreadable(
        `has more than ${sizeText(limits.maxRowGroupBytes)} in ${group}, at the column ${column}; write it with smaller row groups`,
      );
    const inPage = valuesOf(header);
    if (inPage.isData) values += inPage.count;
    // A dictionary may hold more than its rows say, such as all categories there are, each in a byte at least.
    const most = inPage.isData ? said : header.uncompressed_page_size;
    if (inPage.count < 0 || inPage.count > most || values > said)
      throw lies(`have more values of the column ${column} than they say`);
  }
  if (values < said) throw lies(`have ${values} values of the column ${column}, and say ${said}`);
  return { unpacked, place: [begins, ends] };
}

function valuesOf(header: PageHeader): { readonly count: number; readonly isData: boolean } {
  const data = header.data_page_header ?? header.data_page_header_v2;
  if (data !== undefined) return { count: data.num_values, isData: true };
  return { count: header.dictionary_page_header?.num_values ?? 0, isData: false };
}

/** The header of a page, and its length. Throws Unreadable where there is none. */
export function headerAt(
  file: number,
  at: number,
  ends: number,
): { header: PageHeader; length: number } {
  for (const size of headerBytes) {
    const bytes = readSlice(file, at, Math.min(at + size, ends));
    const reader = { view: new DataView(bytes.buffer, 0, bytes.length), offset: 0 };
    try {
      const header = parquetHeader(reader);
      return { header, length: reader.offset };
    } catch (error) {
      // A header with long statistics goes on.
      if (at + size >= ends || size === headerBytes.at(-1))
        throw new Unreadable('is damaged: a page of its Parquet data cannot be read', {
          cause: error,
        });
    }
  }
  throw lies('have a page whose header does not end');
}
