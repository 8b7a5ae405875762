import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { ComponentChildren } from 'preact';
import type { LiveRun } from '../job/live-run.ts';
import { useFileNames } from '../jobs/file-names.ts';
import { headlineOf, isOver, nameOf } from '../jobs/job-words.ts';
import { StateBadge } from '../jobs/state-badge.tsx';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { figure } from '../ui/numbers.ts';
import { Scroll } from '../ui/scroll.tsx';
import { settingRows } from './differing.ts';
import { markOf } from './run-marks.ts';

type Props = {
  readonly jobs: readonly JobObject[];
  readonly runs: readonly LiveRun[];
  readonly onRemove: (id: string) => void;
};

/** The runs as columns: what came of each, and the settings in which they differ. */
export function RunTable({ jobs, runs, onRemove }: Props) {
  const [isAll, setIsAll] = useQueryText('settings');
  const rows = settingRows(jobs);
  const shown = isAll === 'all' ? rows : rows.filter(({ differs }) => differs);
  const line = (name: string, cell: (job: JobObject, at: number) => ComponentChildren) => (
    <tr>
      <th scope="row">{name}</th>
      {jobs.map((job, at) => (
        <td key={job.id}>{cell(job, at)}</td>
      ))}
    </tr>
  );
  useFileNames(jobs.map(({ training_file: file }) => file));
  return (
    <>
      <Scroll label="The runs and their settings">
        <table class="settings">
          <caption class="unseen">The runs and their settings</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Setting</span>
              </th>
              {jobs.map((job, at) => (
                <th key={job.id} scope="col">
                  <span class={`key first ${markOf(at).colour}`}>{markOf(at).letter}</span>{' '}
                  <Link to={`/jobs/${job.id}`}>{nameOf(job)}</Link>{' '}
                  <button
                    type="button"
                    class="small"
                    aria-label={`Take ${nameOf(job)} away`}
                    onClick={() => onRemove(job.id)}
                  >
                    ✕
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {line('State', (job) => (
              <StateBadge job={job} />
            ))}
            {line('Outcome', (job) => job.error?.message ?? headlineOf(job)?.verdict ?? '–')}
            {line('Steps', ({ lathe: { step, total_steps: total } }) =>
              step === null ? '–' : `${step} of ${total ?? '?'}`,
            )}
            {line('Best held-out loss', (_, at) => figure(bestHeldOut(runs[at])))}
            {shown.map(({ name, values, differs }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                {values.map((value, at) => (
                  <td key={jobs[at]?.id} class={differs ? 'differs' : undefined}>
                    {value ?? '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {shown.length === 0 && <p class="soft">They were asked for with the same settings.</p>}
      <label class="check">
        <input
          type="checkbox"
          checked={isAll === 'all'}
          onChange={(event) => setIsAll(event.currentTarget.checked ? 'all' : '')}
        />
        Show the settings that are the same, too
      </label>
      {jobs.some((job) => !isOver(job)) && (
        <p class="soft small-text">Runs that are not over are drawn as they go on.</p>
      )}
    </>
  );
}

function bestHeldOut(run: LiveRun | undefined): number | undefined {
  const losses = run?.scores.values.get('valid_loss')?.filter((value) => value !== null) ?? [];
  return losses.length === 0 ? undefined : Math.min(...losses);
}
