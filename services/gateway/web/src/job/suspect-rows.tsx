import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { Link } from '../shell/link.tsx';
import { figure, grouped } from '../ui/numbers.ts';
import { Scroll } from '../ui/scroll.tsx';
import type { LiveRun } from './live-run.ts';

type Props = { readonly job: JobObject; readonly run: LiveRun };

/** Rows that training shows to be wrong, perhaps: those that it does not learn, and those that contradict others. */
export function SuspectRows({ job, run: { slow, conflicts } }: Props) {
  const rows = slow?.rows ?? [];
  if (rows.length === 0 && conflicts.length === 0) return null;
  return (
    <>
      <h2>Rows to look at</h2>
      <p class="soft">
        {rows.length > 0 &&
          `After step ${grouped(slow?.step ?? 0)} the model has learnt the other rows, but hardly these. `}
        Look whether their answers are right, in{' '}
        <Link to={`/data/${job.training_file}`}>the file</Link>.
      </p>
      {conflicts.map(({ id, message }) => (
        <p class="warn" key={id}>
          {message}
        </p>
      ))}
      {rows.length > 0 && (
        <Scroll label="Rows that are hardly learnt">
          <table class="cards">
            <caption class="unseen">Rows that are hardly learnt</caption>
            <thead>
              <tr>
                <th scope="col" class="n">
                  Line
                </th>
                <th scope="col" class="n">
                  Loss when first shown
                </th>
                <th scope="col" class="n">
                  Loss when last shown
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ line, first_loss: first, last_loss: last }) => (
                <tr key={line}>
                  <td class="n" data-head="Line">
                    {grouped(line)}
                  </td>
                  <td class="n" data-head="Loss when first shown">
                    {figure(first)}
                  </td>
                  <td class="n" data-head="Loss when last shown">
                    {figure(last)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
