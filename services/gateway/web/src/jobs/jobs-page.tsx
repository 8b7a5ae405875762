import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useList } from '../api/use-list.ts';
import { Link } from '../shell/link.tsx';
import { Answered, Empty } from '../ui/states.tsx';
import { JobsTable } from './jobs-table.tsx';

/** How often a list of jobs is read again. */
export const jobsRefreshMs = 3000;

/** Every job of the project, newest first. */
export function JobsPage() {
  const { items, error, hasMore, loadMore, reload } = useList<JobObject>(
    '/v1/fine_tuning/jobs',
    jobsRefreshMs,
  );
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
            <JobsTable name="jobs" caption="Jobs" jobs={jobs} more={{ hasMore, loadMore }} />
          )
        }
      </Answered>
    </>
  );
}
