import type { EvalObject } from '@lathe/contracts/http/eval';
import type { RunObject } from '@lathe/contracts/http/eval-run';
import { Link } from '../shell/link.tsx';
import { grouped, percentText } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { askedText, passShare, toneOf, wholeShare } from './run-words.ts';

type Props = {
  readonly evaluation: EvalObject;
  readonly runs: readonly RunObject[];
  readonly more: { readonly hasMore: boolean; readonly loadMore: () => void };
};

/** Runs by criteria: the share of the rows that passed each. */
export function RunMatrix({ evaluation, runs, more }: Props) {
  return (
    <Table<RunObject>
      name="runs"
      caption="Runs by criteria"
      rows={runs}
      keyOf={({ id }) => id}
      more={more}
      columns={[
        {
          head: 'Model',
          value: (run) => `${askedText(run)} ${run.id}`,
          cell: (run) => (
            <>
              <Link to={`/evals/${evaluation.id}/runs/${run.id}`}>{askedText(run)}</Link>{' '}
              <span class={`badge ${toneOf(run)}`}>{run.status.replace('_', ' ')}</span>
              {run.error !== null && <div class="error">{run.error.message}</div>}
            </>
          ),
        },
        shareColumn('All criteria', wholeShare),
        ...evaluation.testing_criteria.map(({ name }) =>
          shareColumn(name, (run) => passShare(run, name)),
        ),
        {
          head: 'Rows',
          value: ({ result_counts: { total } }) => total,
          cell: ({ result_counts: { total, errored } }) => (
            <>
              {grouped(total)}
              {errored > 0 && <div class="error">{grouped(errored)} not judged</div>}
            </>
          ),
          isNumber: true,
        },
        {
          head: 'Begun',
          value: ({ created_at: at }) => at,
          cell: ({ created_at: at }) => <Time at={at} />,
          isNumber: true,
        },
      ]}
    />
  );
}

function shareColumn(head: string, shareOf: (run: RunObject) => number | null): Column<RunObject> {
  return {
    head,
    value: shareOf,
    cell: (run) => {
      const share = shareOf(run);
      if (share === null) return '–';
      return (
        <>
          {percentText(share)}
          <Progress share={share} label={`${head}: share that passed`} />
        </>
      );
    },
    isNumber: true,
  };
}
