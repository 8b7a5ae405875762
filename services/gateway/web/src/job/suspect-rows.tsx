import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { Link } from '../shell/link.tsx';
import { figure, grouped } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';
import type { LiveRun } from './live-run.ts';

type Props = { readonly job: JobObject; readonly run: LiveRun };

/** Rows that training shows to be wrong, perhaps: those that it hardly learns, and those that contradict others. */
export function SuspectRows({ job, run: { slow, slowStep, conflicts } }: Props) {
  if (slow.size === 0 && conflicts.length === 0) return null;
  const rows = [...slow.values()].toSorted((a, b) => b.step - a.step || b.last_loss - a.last_loss);
  return (
    <>
      <h2>Rows to look at</h2>
      <p class="soft">
        {rows.length > 0 && 'The model learnt other rows, but hardly these. '}
        Look whether their answers are right, in{' '}
        <Link to={`/data/${job.training_file}`}>the file</Link>.
      </p>
      {conflicts.map(({ id, message }) => (
        <p class="warn" key={id}>
          {message}
        </p>
      ))}
      {rows.length > 0 && (
        <Table
          name="slow"
          caption="Rows that are hardly learnt"
          rows={rows}
          keyOf={({ line }) => String(line)}
          pageRows={10}
          columns={[
            {
              head: 'Line',
              value: ({ line }) => line,
              cell: ({ line }) => grouped(line),
              isNumber: true,
            },
            {
              head: 'Loss when first shown',
              value: ({ first_loss: loss }) => loss,
              cell: ({ first_loss: loss }) => figure(loss),
              isNumber: true,
            },
            {
              head: 'Loss when last shown',
              value: ({ last_loss: loss }) => loss,
              cell: ({ last_loss: loss, step }) => (
                <>
                  {figure(loss)}
                  <div class="soft small-text">
                    {step < slowStep
                      ? `at step ${grouped(step)}; known by heart since`
                      : `at step ${grouped(step)}`}
                  </div>
                </>
              ),
              isNumber: true,
            },
          ]}
        />
      )}
    </>
  );
}
