import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import { firstRows } from '../../api/first-rows.ts';
import { useQuery } from '../../api/use-query.ts';
import { percentText } from '../../ui/numbers.ts';
import { Answered } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

/** Rows that are shown of a file. */
const shownRows = 200;

/** What is told of a row: the message parts of each kind of row, and where a pair comes from. */
type Turn = { readonly role: string; readonly content: string; readonly weight?: 0 | 1 };
type Row = {
  readonly messages?: readonly Turn[];
  readonly prompt?: unknown;
  readonly completion?: unknown;
  readonly label?: unknown;
};
type Evidence = {
  readonly file: string;
  readonly places: readonly string[];
  readonly rule: string;
  readonly score: number;
};
type Pair = { readonly at: number; readonly row: Row; readonly evidence: Evidence | undefined };

/** The first rows of what was made, each beside its evidence. */
export function Pairs({ made: { file, evidence_file: side } }: { readonly made: DatasetObject }) {
  const query = useQuery(
    async (signal) => {
      const read = async (id: string | null) =>
        id === null ? [] : await firstRows(id, shownRows, signal);
      const [rows, evidence] = await Promise.all([read(file), read(side)]);
      return rows.map(
        (row, at): Pair => ({
          at,
          row: row as Row,
          evidence: evidence[at] as Evidence | undefined,
        }),
      );
    },
    [file, side],
  );
  return (
    <Answered query={query} what="its rows">
      {(pairs) => (
        <Table<Pair>
          name="pairs"
          caption="The first rows, with where each comes from"
          rows={pairs}
          keyOf={({ at }) => String(at)}
          pageRows={10}
          columns={side === null ? [rowColumn] : [rowColumn, ...evidenceColumns]}
        />
      )}
    </Answered>
  );
}

const rowColumn: Column<Pair> = {
  head: 'Row',
  value: ({ row }) => JSON.stringify(row),
  cell: ({ row }) => <RowText row={row} />,
};

const evidenceColumns: readonly Column<Pair>[] = [
  {
    head: 'Comes from',
    value: ({ evidence }) => `${evidence?.file} ${evidence?.places.join(' ')}`,
    cell: ({ evidence }) =>
      evidence === undefined ? (
        '–'
      ) : (
        <>
          {evidence.file}
          <div class="soft small-text">{evidence.places.join(', ')}</div>
        </>
      ),
  },
  {
    head: 'Taken by',
    value: ({ evidence }) => evidence?.rule ?? null,
    cell: ({ evidence }) => evidence?.rule ?? '–',
  },
  {
    head: 'Score',
    value: ({ evidence }) => evidence?.score ?? null,
    cell: ({ evidence }) => (evidence === undefined ? '–' : percentText(evidence.score)),
    isNumber: true,
  },
];

function RowText({ row }: { readonly row: Row }) {
  if (row.messages === undefined) return <div class="said clip">{JSON.stringify(row)}</div>;
  return (
    <dl class="turns">
      {row.messages.map(({ role, content, weight }, at) => (
        <div key={at} class={weight === 0 ? 'soft' : undefined}>
          <dt>{role}</dt>
          <dd class="said">{content}</dd>
        </div>
      ))}
      {row.label !== undefined && (
        <div>
          <dt>label</dt>
          <dd>{String(row.label)}</dd>
        </div>
      )}
    </dl>
  );
}
