import type { EvalObject } from '@lathe/contracts/http/eval';
import type { RunObject } from '@lathe/contracts/http/eval-run';
import { ask } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { navigate } from '../shell/router.ts';
import { AskingButton } from '../ui/asking-button.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { Answered, Empty } from '../ui/states.tsx';
import { RunHistory } from './run-history.tsx';
import { RunMatrix } from './run-matrix.tsx';
import { RunMore } from './run-more.tsx';

const refreshMs = 2000;

/** An eval: its runs by its criteria, and new runs on other models. */
export function EvalPage({ eval: id }: { readonly eval: string }) {
  const path = `/v1/evals/${encodeURIComponent(id)}`;
  const query = useQuery((signal) => ask<EvalObject>(path, { signal }), [path]);
  return (
    <Answered query={query} what="the eval">
      {(evaluation) => <Shown evaluation={evaluation} path={path} />}
    </Answered>
  );
}

function Shown({ evaluation, path }: { readonly evaluation: EvalObject; readonly path: string }) {
  const { items, error, hasMore, loadMore, reload } = useList<RunObject>(
    `${path}/runs?order=desc`,
    refreshMs,
  );
  return (
    <>
      <header class="head">
        <h1>{evaluation.name || evaluation.id}</h1>
        <AskingButton
          class="danger"
          title="Delete the eval?"
          text="Its runs and all that was answered in them go, too. This cannot be undone."
          act="Delete the eval"
          onAct={async () => {
            await ask(path, { method: 'DELETE' });
            navigate('/evals');
          }}
        >
          Delete
        </AskingButton>
      </header>
      <p>
        <CopyText text={evaluation.id} what="the id of the eval" />
      </p>
      <h2>Runs</h2>
      <Answered query={{ data: items, error, reload }} what="the runs">
        {(runs) =>
          runs.length === 0 ? (
            <Empty title="It has not run yet.">
              <p>
                A first run says where its rows come from: <code>client.evals.runs.create</code>.
                Further models are then run on the same rows from here.
              </p>
            </Empty>
          ) : (
            <>
              <RunHistory runs={runs} />
              <RunMatrix evaluation={evaluation} runs={runs} more={{ hasMore, loadMore }} />
              <RunMore path={path} runs={runs} onBegun={reload} />
            </>
          )
        }
      </Answered>
    </>
  );
}
