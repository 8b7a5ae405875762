import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useList } from '../api/use-list.ts';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { Answered, Empty } from '../ui/states.tsx';
import { chosenJobs, mostCompared } from './compare-choice.ts';
import { JobsTable } from './jobs-table.tsx';

/** How often a list of jobs is read again. */
export const jobsRefreshMs = 3000;

/** Every job of the project, newest first; those that are ticked are compared. */
export function JobsPage() {
  const { items, error, hasMore, loadMore, reload } = useList<JobObject>(
    '/v1/fine_tuning/jobs',
    jobsRefreshMs,
  );
  const [text, setText] = useQueryText('compare');
  const chosen = chosenJobs(text);
  const choose = (id: string, isChosen: boolean): void => {
    const others = chosen.filter((each) => each !== id);
    setText([...others, ...(isChosen ? [id] : [])].join(','));
  };
  return (
    <>
      <header class="head">
        <h1>Jobs</h1>
        <Link to="/jobs/new" class="button main">
          New job
        </Link>
      </header>
      <Answered query={{ data: items, error, reload }} what="the jobs">
        {(jobs) =>
          jobs.length === 0 ? (
            <Empty title="No job has run yet.">
              <p>
                A job tunes a model on your rows and says whether that helped.{' '}
                <Link to="/">Begin with the example</Link>.
              </p>
            </Empty>
          ) : (
            <>
              {jobs.length > 1 && <CompareBar chosen={chosen} onClear={() => setText('')} />}
              <JobsTable
                name="jobs"
                caption="Jobs"
                jobs={jobs}
                more={{ hasMore, loadMore }}
                {...(jobs.length > 1 && { choice: { chosen, choose, most: mostCompared } })}
              />
            </>
          )
        }
      </Answered>
    </>
  );
}

type BarProps = { readonly chosen: readonly string[]; readonly onClear: () => void };

function CompareBar({ chosen, onClear }: BarProps) {
  return (
    <div class="row" role="status">
      {chosen.length === 0 ? (
        <span class="soft">Tick two runs or more to lay their curves over each other.</span>
      ) : (
        <>
          {chosen.length < 2 ? (
            <span class="soft">One is chosen; tick another to compare them.</span>
          ) : (
            <Link to={`/jobs/compare?jobs=${chosen.join(',')}`} class="button main">
              Compare {chosen.length} runs
            </Link>
          )}
          <button type="button" class="small" onClick={onClear}>
            Choose none
          </button>
        </>
      )}
    </div>
  );
}
