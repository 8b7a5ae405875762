import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { counted, figure, grouped } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';
import { fileWithout } from './file-without.ts';
import { linesOf } from './lines-of.ts';
import type { LiveRun } from './live-run.ts';

type Props = { readonly job: JobObject; readonly run: LiveRun };

/** Rows that training shows to be wrong, perhaps: those that it hardly learns, and those that contradict others. */
export function SuspectRows({ job, run: { slow, slowStep, conflicts } }: Props) {
  const [kept, setKept] = useState<ReadonlySet<number>>(new Set());
  const lines = [...slow.keys()].toSorted((a, b) => a - b);
  const { data: texts } = useQuery(
    (signal) => linesOf(job.training_file, lines, signal),
    [job.training_file, lines.join()],
  );
  if (slow.size === 0 && conflicts.length === 0) return null;
  const rows = [...slow.values()].toSorted((a, b) => b.step - a.step || b.last_loss - a.last_loss);
  const leftOut = rows.map(({ line }) => line).filter((line) => !kept.has(line));
  const begin = async (): Promise<void> => {
    const file = await fileWithout(job.training_file, leftOut);
    navigate(`/jobs/new?from=${job.id}&file=${file.id}`);
  };
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
        <>
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
              ...(texts !== undefined && texts.size > 0
                ? [
                    {
                      head: 'Row',
                      value: ({ line }: { line: number }) => texts.get(line) ?? '',
                      cell: ({ line }: { line: number }) => (
                        <div class="said clip row-text">{texts.get(line)}</div>
                      ),
                    },
                  ]
                : []),
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
              {
                head: 'Leave out',
                cell: ({ line }) => (
                  <input
                    type="checkbox"
                    aria-label={`Leave out line ${line}`}
                    checked={!kept.has(line)}
                    onChange={({ currentTarget: { checked } }) =>
                      setKept((now) => {
                        const next = new Set(now);
                        if (checked) next.delete(line);
                        else next.add(line);
                        return next;
                      })
                    }
                  />
                ),
              },
            ]}
          />
          <div class="row">
            <ActButton act={begin} isDisabled={leftOut.length === 0}>
              New job without {counted(leftOut.length, 'row')}
            </ActButton>
          </div>
        </>
      )}
    </>
  );
}
