import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useQueryText } from '../shell/router.ts';
import { grouped } from './numbers.ts';
import { Scroll } from './scroll.tsx';

export type Column<T> = {
  readonly head: string;
  readonly cell: (row: T) => ComponentChildren;
  /** What its rows are sorted by, and with text what the filter looks in; absent: neither. */
  readonly value?: (row: T) => string | number | null;
  readonly isNumber?: true;
  /** What the row is about, as those hear it who read it cell by cell. */
  readonly isRowHead?: true;
};

type Props<T> = {
  /** What the table holds, for those who do not see it. */
  readonly caption: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  /** Kept in the address as `<name>-sort` and so on, so that two tables of a page differ. */
  readonly name: string;
  readonly pageRows?: number;
  /** Rows of the API that have not been read: sorting and filtering read them first. */
  readonly more?: { readonly hasMore: boolean; readonly loadMore: () => void };
  /** In place of a table without rows. */
  readonly empty?: ComponentChildren;
};

/** Rows that page, sort and filter; narrow screens show each as a card. */
export function Table<T>({
  caption,
  rows,
  columns,
  keyOf,
  name,
  pageRows = 25,
  more,
  empty,
}: Props<T>) {
  const [sort, setSort] = useQueryText(`${name}-sort`);
  const [filter, setFilter] = useQueryText(`${name}-filter`);
  const [asked, setAsked] = useQueryText(`${name}-page`, '1');
  const setPage = (at: number): void => setAsked(String(at + 1));
  const shown = sorted(filtered(rows, columns, filter), columns, sort);
  const pages = Math.max(1, Math.ceil(shown.length / pageRows));
  const at = Math.min(Math.max(0, (Number(asked) || 1) - 1), pages - 1);
  const hasMore = more?.hasMore === true;
  const isReading = hasMore && (sort !== '' || filter !== '' || at === pages - 1);
  const loadMore = more?.loadMore;
  useEffect(() => {
    if (isReading && rows.length > 0) loadMore?.();
  }, [isReading, rows.length]);

  if (rows.length === 0 && empty !== undefined) return <>{empty}</>;
  const part = shown.slice(at * pageRows, (at + 1) * pageRows);
  const needsTools = rows.length > 8 || filter !== '';
  return (
    <div class="table">
      {needsTools && (
        <div class="table-tools">
          <input
            type="search"
            aria-label={`Filter: ${caption}`}
            placeholder="Filter …"
            value={filter}
            onInput={(event) => {
              setPage(0);
              setFilter(event.currentTarget.value);
            }}
          />
          <span class="soft" role="status">
            {grouped(shown.length)}
            {hasMore ? '+' : ''} {shown.length === rows.length ? '' : `of ${grouped(rows.length)} `}
            {isReading ? '· reading more …' : ''}
          </span>
        </div>
      )}
      <Scroll label={caption}>
        <table class="cards">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.head} column={column} sort={sort} setSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {part.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ head, cell, isNumber, isRowHead }) => {
                  const about = { class: isNumber ? 'n' : undefined, 'data-head': head };
                  const inside = <div>{cell(row)}</div>;
                  return isRowHead ? (
                    <th key={head} scope="row" {...about}>
                      {inside}
                    </th>
                  ) : (
                    <td key={head} {...about}>
                      {inside}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {part.length === 0 && <p class="soft">Nothing matches “{filter}”.</p>}
      {pages > 1 && (
        <div class="pager">
          <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Previous
          </button>
          <span class="soft">
            Page {grouped(at + 1)} of {grouped(pages)}
            {hasMore ? '+' : ''}
          </span>
          <button type="button" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            Next
          </button>
        </div>
      )}
    </div>
  );
}

type HeadProps<T> = {
  readonly column: Column<T>;
  readonly sort: string;
  readonly setSort: (sort: string) => void;
};

function Head<T>({ column: { head, value, isNumber }, sort, setSort }: HeadProps<T>) {
  const direction = sort === head ? 'ascending' : sort === `-${head}` ? 'descending' : 'none';
  const name = isNumber ? 'n' : undefined;
  if (value === undefined)
    return (
      <th scope="col" class={name}>
        {head}
      </th>
    );
  const next = { none: head, ascending: `-${head}`, descending: '' }[direction];
  return (
    <th scope="col" class={name} aria-sort={direction}>
      <button type="button" class="sort" onClick={() => setSort(next)}>
        {head}
        <span aria-hidden="true">{{ none: '', ascending: ' ▲', descending: ' ▼' }[direction]}</span>
      </button>
    </th>
  );
}

function filtered<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  filter: string,
): readonly T[] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === '') return rows;
  const says = (row: T): boolean =>
    columns.some(({ value }) =>
      String(value?.(row) ?? '')
        .toLowerCase()
        .includes(wanted),
    );
  return rows.filter(says);
}

function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string): readonly T[] {
  const isDown = sort.startsWith('-');
  const { value } = columns.find(({ head }) => head === (isDown ? sort.slice(1) : sort)) ?? {};
  if (value === undefined) return rows;
  const sign = isDown ? -1 : 1;
  // What has no value stands last in both directions.
  const compare = (a: string | number | null, b: string | number | null): number => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * String(a).localeCompare(String(b));
  };
  return rows.toSorted((a, b) => compare(value(a), value(b)));
}
