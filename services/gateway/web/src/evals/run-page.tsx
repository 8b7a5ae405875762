import type { OutputItem, RunObject } from '@lathe/contracts/http/eval-run';
import { ask } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { figure, grouped } from '../ui/numbers.ts';
import { Answered, Problem } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { askedText, toneOf } from './run-words.ts';

const refreshMs = 2000;
const shown = { fail: 'Failing', pass: 'Passing', error: 'Not judged', all: 'All' } as const;

type Props = { readonly eval: string; readonly run: string };

/** A run: its counts, and its rows with what was answered and why that passed or failed. */
export function RunPage({ eval: evalId, run: runId }: Props) {
  const path = `/v1/evals/${encodeURIComponent(evalId)}/runs/${encodeURIComponent(runId)}`;
  const query = useQuery((signal) => ask<RunObject>(path, { signal }), [path], refreshMs);
  return (
    <Answered query={query} what="the run">
      {(run) => (
        <>
          <header class="head">
            <div>
              <h1>
                {askedText(run)}{' '}
                <span class={`badge ${toneOf(run)}`}>{run.status.replace('_', ' ')}</span>
              </h1>
              <p>
                <Link to={`/evals/${evalId}`}>All runs of the eval</Link>
              </p>
            </div>
            {(run.status === 'queued' || run.status === 'in_progress') && (
              <ActButton act={() => ask(`${path}/cancel`, { method: 'POST' }).then(query.reload)}>
                Cancel
              </ActButton>
            )}
          </header>
          {run.error !== null && <Problem text={run.error.message} />}
          <ul class="tiles">
            <Tile count={run.result_counts.passed} what="passed" />
            <Tile count={run.result_counts.failed} what="failed" />
            <Tile count={run.result_counts.errored} what="not judged" />
            <Tile count={run.result_counts.total} what="rows" />
          </ul>
          <Items path={path} counts={Object.values(run.result_counts).join()} />
        </>
      )}
    </Answered>
  );
}

function Tile({ count, what }: { readonly count: number; readonly what: string }) {
  return (
    <li>
      <b>{grouped(count)}</b>
      {what}
    </li>
  );
}

function Items({ path, counts }: { readonly path: string; readonly counts: string }) {
  const [status, setStatus] = useQueryText('status', 'fail');
  const filter = status === 'all' ? '' : `?status=${encodeURIComponent(status)}`;
  return (
    <>
      <label class="field">
        Rows
        <select value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
          {Object.entries(shown).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <ItemTable key={`${filter} ${counts}`} path={`${path}/output_items${filter}`} />
    </>
  );
}

function ItemTable({ path }: { readonly path: string }) {
  const { items, error, hasMore, loadMore, reload } = useList<OutputItem>(path);
  return (
    <Answered query={{ data: items, error, reload }} what="the rows">
      {(rows) => (
        <Table
          name="items"
          caption="Rows of the run"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          more={{ hasMore, loadMore }}
          empty={<p class="soft">No such row.</p>}
        />
      )}
    </Answered>
  );
}

const answerOf = ({ sample: { output } }: OutputItem): string =>
  output.map(({ content }) => content).join('\n');
const itemOf = ({ datasource_item: item }: OutputItem): string => JSON.stringify(item);

const columns: readonly Column<OutputItem>[] = [
  {
    head: 'Row',
    value: itemOf,
    cell: (item) => (
      <>
        <span class="soft">{item.datasource_item_id}</span>
        <div class="said clip">{itemOf(item)}</div>
      </>
    ),
  },
  {
    head: 'Answer',
    value: answerOf,
    cell: (item) => (
      <>
        <div class="said clip">{answerOf(item)}</div>
        {item.sample.error !== null && <div class="error">{item.sample.error.message}</div>}
      </>
    ),
  },
  {
    head: 'Criteria',
    value: ({ results }) => results.map(({ name }) => name).join(),
    cell: ({ results }) =>
      results.map(({ name, passed, score, error }) => (
        <div key={name}>
          <span class={passed ? 'good' : 'error'}>{passed ? 'passed' : 'failed'}</span> {name}{' '}
          <span class="soft">{figure(score)}</span>
          {error !== undefined && <div class="error">{error.message}</div>}
        </div>
      )),
  },
];
