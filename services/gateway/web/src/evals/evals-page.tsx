import type { EvalObject } from '@lathe/contracts/http/eval';
import { useList } from '../api/use-list.ts';
import { Link } from '../shell/link.tsx';
import { Answered, Empty } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

/** Every eval of the project, newest first. */
export function EvalsPage() {
  const { items, error, hasMore, loadMore, reload } = useList<EvalObject>('/v1/evals?order=desc');
  return (
    <>
      <header class="head">
        <h1>Evals</h1>
        <div class="row">
          <Link to="/evals/grader" class="button">
            Try a grader
          </Link>
          <Link to="/evals/import" class="button">
            Import
          </Link>
          <Link to="/evals/new" class="button main">
            New eval
          </Link>
        </div>
      </header>
      <Answered query={{ data: items, error, reload }} what="the evals">
        {(evals) => (
          <Table
            name="evals"
            caption="Evals"
            rows={evals}
            columns={columns}
            keyOf={({ id }) => id}
            more={{ hasMore, loadMore }}
            empty={
              <Empty title="There is no eval yet.">
                <p>
                  An eval asks models the same rows and grades each answer.{' '}
                  <Link to="/evals/new">Make one</Link>, or{' '}
                  <Link to="/evals/import">import one</Link> of promptfoo, OpenAI or
                  lm-evaluation-harness.
                </p>
              </Empty>
            }
          />
        )}
      </Answered>
    </>
  );
}

const criteriaText = ({ testing_criteria: criteria }: EvalObject): string =>
  criteria.map(({ name }) => name).join(', ');

const columns: readonly Column<EvalObject>[] = [
  {
    head: 'Eval',
    value: ({ name, id }) => `${name} ${id}`,
    cell: ({ name, id }) => <Link to={`/evals/${id}`}>{name || id}</Link>,
  },
  { head: 'Criteria', value: criteriaText, cell: criteriaText },
  {
    head: 'Created',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at }) => <Time at={at} />,
    isNumber: true,
  },
];
