import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { useRuns } from '../job/use-run.ts';
import { chosenJobs, mostCompared } from '../jobs/compare-choice.ts';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { Answered, Empty, Problem } from '../ui/states.tsx';
import { ComparedCurves } from './compared-curves.tsx';
import { RunTable } from './run-table.tsx';
import { SettingTable } from './setting-table.tsx';

const refreshMs = 3000;

/** Runs that are looked at together: one plot for all, and in which settings they differ. */
export function ComparePage() {
  const [text, setText] = useQueryText('jobs');
  const ids = chosenJobs(text);
  const query = useQuery(
    (signal) =>
      Promise.all(ids.map((id) => ask<JobObject>(`/v1/fine_tuning/jobs/${id}`, { signal }))),
    [text],
    refreshMs,
  );
  return (
    <>
      <header class="head">
        <h1>Compare runs</h1>
        <Link to={`/jobs?compare=${text}`} class="button">
          Choose others
        </Link>
      </header>
      {ids.length < 2 ? (
        <Empty title="Two runs or more make a comparison.">
          <p>
            Tick up to {mostCompared} in the <Link to={`/jobs?compare=${text}`}>list of jobs</Link>.
          </p>
        </Empty>
      ) : (
        <Answered query={query} what="the runs">
          {(jobs) => (
            <Compared
              jobs={jobs}
              onRemove={(id) => setText(ids.filter((each) => each !== id).join(','))}
            />
          )}
        </Answered>
      )}
    </>
  );
}

type Props = { readonly jobs: readonly JobObject[]; readonly onRemove: (id: string) => void };

function Compared({ jobs, onRemove }: Props) {
  const watched = useRuns(jobs.map(({ id }) => id));
  const runs = jobs.flatMap(({ id }) => watched.get(id)?.run ?? []);
  const version = [...watched.values()].map((each) => each.version).join();
  const problems = new Set([...watched.values()].flatMap(({ problem }) => problem ?? []));
  return (
    <>
      {[...problems].map((problem) => (
        <Problem key={problem} text={problem} />
      ))}
      {runs.length === jobs.length && <ComparedCurves jobs={jobs} runs={runs} version={version} />}
      <h2>The runs</h2>
      <RunTable jobs={jobs} runs={runs} onRemove={onRemove} />
      <h2>Their settings</h2>
      <SettingTable jobs={jobs} />
    </>
  );
}
