import { type FileMetaData, parquetSchema } from 'hyparquet';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { type Chunk, headerAt } from './check-pages.ts';
import { readSlice } from './file-slices.ts';
import { unpackers } from './unpackers.ts';

/** Where rows of a column begin, as an offset index has it: bytes of pages up to the next place, and the first row. */
export type PagePlace = {
  readonly offset: bigint;
  compressed_page_size: number;
  readonly first_row_index: bigint;
};

/**
 * Where the pages of each column of a row group lie and which rows they hold, by the column's path, so that some rows can be
 * read without the others. What files say of it themselves is optional and may lie; it is counted here from the pages, which
 * were held against the file before. Pages that begin within a row belong to the place before.
 */
export function pagePlaces(
  file: number,
  metadata: FileMetaData,
  group: FileMetaData['row_groups'][number],
): Record<string, PagePlace[]> {
  const tree = parquetSchema(metadata);
  const found: Record<string, PagePlace[]> = {};
  for (const { meta_data: chunk } of group.columns) {
    if (chunk === undefined) continue;
    const repetition = getMaxRepetitionLevel(getTreePath(tree, chunk.path_in_schema));
    found[chunk.path_in_schema.join('.')] = placesOf(file, chunk, repetition);
  }
  return found;
}

function placesOf(file: number, chunk: Chunk, repetition: number): PagePlace[] {
  const begins = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const ends = begins + Number(chunk.total_compressed_size);
  const places: PagePlace[] = [];
  let rows = 0;
  let values = 0;
  for (let at = begins; at < ends && values < Number(chunk.num_values); ) {
    const { header, length } = headerAt(file, at, ends);
    const size = length + header.compressed_page_size;
    const v1 = header.data_page_header;
    const v2 = header.data_page_header_v2;
    const data = v1 ?? v2;
    if (data !== undefined) {
      const [starts, continues] =
        repetition === 0
          ? [data.num_values, false]
          : v2 !== undefined
            ? [v2.num_rows, false]
            : rowStarts(
                decompressPage(
                  readSlice(file, at + length, at + size),
                  header.uncompressed_page_size,
                  chunk.codec,
                  unpackers,
                ),
                { count: data.num_values, repetition },
              );
      const last = places.at(-1);
      if (last !== undefined && (continues || starts === 0))
        last.compressed_page_size = at + size - Number(last.offset);
      else
        places.push({
          offset: BigInt(at),
          compressed_page_size: size,
          first_row_index: BigInt(rows),
        });
      rows += starts;
      values += data.num_values;
    }
    at += size;
  }
  return places;
}

/** How many rows begin in a page of version 1, and whether it goes on with one that began before. */
function rowStarts(
  page: Uint8Array,
  { count, repetition }: { readonly count: number; readonly repetition: number },
): [starts: number, continues: boolean] {
  const levels = new Uint8Array(count);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  readRleBitPackedHybrid({ view, offset: 0 }, 32 - Math.clz32(repetition), levels);
  let starts = 0;
  for (const level of levels) if (level === 0) starts++;
  return [starts, levels[0] !== 0];
}
