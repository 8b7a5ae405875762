import type { FileMetaData } from 'hyparquet';
import { Unreadable } from '../limits.ts';

/**
 * Throws Unreadable for whole numbers without a sign from 2^31 on, as DuckDB packs their differences (PARQUET_VERSION V2): it writes the
 * first value with more bits than its type has, and hyparquet reads it without the highest, so that all of the page would be others.
 */
export function refuseWideFirstValues({ created_by: by, schema, row_groups }: FileMetaData): void {
  if (by === undefined || !/^DuckDB/i.test(by)) return;
  const leaves = schema.filter(({ num_children: children }) => !children);
  for (const { columns } of row_groups)
    for (const [at, { meta_data: chunk }] of columns.entries()) {
      const isUnsigned = leaves[at]?.converted_type === 'UINT_32';
      if (!isUnsigned || !chunk?.encodings.includes('DELTA_BINARY_PACKED')) continue;
      const { max_value: most, null_count: nulls } = chunk.statistics ?? {};
      if (Number(most) < 2 ** 31 || nulls === chunk.num_values) continue;
      const column = JSON.stringify(chunk.path_in_schema.join('.').slice(0, 100));
      throw new Unreadable(
        `has numbers from 2^31 on in the column ${column}, packed as they cannot be read; write it with DuckDB's PARQUET_VERSION V1`,
      );
    }
}
