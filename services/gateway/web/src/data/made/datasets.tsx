import type { ListedDataset } from '@lathe/contracts/http/dataset-object';
import { useList } from '../../api/use-list.ts';
import { Link } from '../../shell/link.tsx';
import { Answered } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { madeText, toneOf } from './made-words.ts';

const refreshMs = 4000;

/** Files that were made of files, or are on their way, newest first. */
export function Datasets() {
  const list = useList<ListedDataset>('/v1/lathe/datasets', refreshMs);
  return (
    <Answered query={{ ...list, data: list.items }} what="what was made">
      {(datasets) => (
        <Table<ListedDataset>
          name="made"
          caption="Files made of others"
          rows={datasets}
          columns={columns}
          keyOf={({ id }) => id}
          more={list}
          empty={
            <p class="soft">
              None yet. <Link to="/data/convert">An FAQ page, a Slack export or tickets</Link>{' '}
              become pairs to train on.
            </p>
          }
        />
      )}
    </Answered>
  );
}

const columns: readonly Column<ListedDataset>[] = [
  {
    head: 'Made',
    value: ({ request, id }) => `${madeText(request)} ${id}`,
    cell: ({ request, id }) => (
      <>
        <Link to={`/data/sets/${id}`}>{madeText(request)}</Link>
        <div class="soft small-text">{id}</div>
      </>
    ),
  },
  {
    head: 'State',
    value: ({ status }) => status,
    cell: (made) => <span class={`badge ${toneOf(made)}`}>{made.status}</span>,
  },
  {
    head: 'File',
    value: ({ file }) => file,
    cell: ({ file }) => (file === null ? '–' : <Link to={`/data/${file}`}>{file}</Link>),
  },
  {
    head: 'Begun',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at }) => <Time at={at} />,
    isNumber: true,
  },
];
