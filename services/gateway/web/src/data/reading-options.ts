import type { Columns } from '@lathe/contracts/artifact/detection';
import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import type { InspectRequest } from '@lathe/contracts/http/inspection';
import { useQueryText } from '../shell/router.ts';

/** How a file is read where its look is not followed; kept in the address, so that a job can be made with the same. */
export type ReadingOptions = {
  readonly model: string;
  readonly format: FormatName | '';
  readonly columns: Columns | null;
};

/** The options in the address, and a way to change them. */
export function useReadingOptions(): [ReadingOptions, (change: Partial<ReadingOptions>) => void] {
  const [model, setModel] = useQueryText('model');
  const [format, setFormat] = useQueryText('format');
  const [columns, setColumns] = useQueryText('columns');
  const options: ReadingOptions = {
    model,
    format: format as FormatName | '',
    columns: columns === '' ? null : (JSON.parse(columns) as Columns),
  };
  const change = (next: Partial<ReadingOptions>): void => {
    if (next.model !== undefined) setModel(next.model);
    if (next.format !== undefined) setFormat(next.format);
    if (next.columns !== undefined)
      setColumns(next.columns === null ? '' : JSON.stringify(next.columns));
  };
  return [options, change];
}

/** The options as a request says them. */
export function requestOf({ model, format, columns }: ReadingOptions): InspectRequest {
  const data = {
    ...(format !== '' && { format }),
    ...(columns !== null && { columns }),
  };
  return {
    ...(model !== '' && { model }),
    ...(Object.keys(data).length > 0 && { lathe: { data } }),
  };
}

/** The options as the query of an address, beginning with `&` where there are any. */
export function queryOf({ model, format, columns }: ReadingOptions): string {
  const query = new URLSearchParams({
    ...(model !== '' && { model }),
    ...(format !== '' && { format }),
    ...(columns !== null && { columns: JSON.stringify(columns) }),
  }).toString();
  return query === '' ? '' : `&${query}`;
}
