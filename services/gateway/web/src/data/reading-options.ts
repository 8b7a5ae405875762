import type { DataOptions } from '@lathe/contracts/http/data';
import type { InspectRequest } from '@lathe/contracts/http/inspection';

/** How a file is read where its look is not followed; kept in the address, so that a job can be made with the same. */
export type ReadingOptions = {
  readonly model: string;
  /** `lathe.data` of a job: what is left out goes by the look of the rows. */
  readonly data: DataOptions;
};

/** What of `lathe.data` says how rows are written. */
export type Shape = Pick<DataOptions, 'format' | 'columns' | 'choice_answers'>;

/** Options as the text that stands for them in an address: none as ''. */
export function textOf(data: DataOptions): string {
  return Object.keys(data).length === 0 ? '' : JSON.stringify(data);
}

/** The same options with another shape of the rows; without one: as they look. */
export function withShape(data: DataOptions, shape: Shape = {}): DataOptions {
  const { format: _, columns: __, choice_answers: ___, ...others } = data;
  return { ...others, ...shape };
}

/** Whether they say how the rows are written. */
export function saysShape({ format, columns, choice_answers: answers }: DataOptions): boolean {
  return format !== undefined || columns !== undefined || answers !== undefined;
}

/** The options as a request says them. */
export function requestOf({ model, data }: ReadingOptions): InspectRequest {
  return {
    ...(model !== '' && { model }),
    ...(textOf(data) !== '' && { lathe: { data } }),
  };
}

/** The options as the query of an address, beginning with `&` where there are any. */
export function queryOf({ model, data }: ReadingOptions): string {
  const query = new URLSearchParams({
    ...(model !== '' && { model }),
    ...(textOf(data) !== '' && { data: textOf(data) }),
  }).toString();
  return query === '' ? '' : `&${query}`;
}
