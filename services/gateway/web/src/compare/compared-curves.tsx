import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useMemo, useState } from 'preact/hooks';
import { type Curve, type LiveRun, smoothed } from '../job/live-run.ts';
import { nameOf } from '../jobs/job-words.ts';
import { useQueryText } from '../shell/router.ts';
import { Plot } from '../ui/plot.tsx';
import { Smoothing } from '../ui/smoothing.tsx';
import { Empty } from '../ui/states.tsx';
import { joined } from './joined-curves.ts';
import { markOf } from './run-marks.ts';

type Props = {
  readonly jobs: readonly JobObject[];
  readonly runs: readonly LiveRun[];
  /** Another one whenever a run has changed. */
  readonly version: string;
};

/** One figure of all runs, by step. */
export function ComparedCurves({ jobs, runs, version }: Props) {
  const [wanted, setWanted] = useQueryText('figure', 'train_loss');
  const [smoothing, setSmoothing] = useState('0');
  const weight = Number(smoothing) / 100;
  const names = figureNames(runs);
  const { x, lines } = useMemo(
    () =>
      joined(
        runs.map((run) => curveWith(run, wanted)),
        wanted,
      ),
    [version, wanted],
  );
  if (names.length === 0) return <Empty title="No step has been reported yet." />;
  return (
    <>
      <div class="row">
        <label class="row">
          Figure
          <select value={wanted} onChange={(event) => setWanted(event.currentTarget.value)}>
            {[...new Set([wanted, ...names])].map((name) => (
              <option key={name} value={name}>
                {wordsOf(name)}
              </option>
            ))}
          </select>
        </label>
        <Smoothing value={smoothing} onChange={setSmoothing} />
      </div>
      <Plot
        group="compare"
        title={wordsOf(wanted)}
        height={320}
        x={x}
        lines={lines.map((values, at) => ({
          label: `${markOf(at).letter} ${jobs[at] === undefined ? '' : nameOf(jobs[at])}`,
          values: weight === 0 ? values : smoothed(values, weight),
          colour: markOf(at).colour,
        }))}
      />
    </>
  );
}

/** The figures that a run tells, those of the held-out rows after those of the training. */
function figureNames(runs: readonly LiveRun[]): readonly string[] {
  const told = ({ values }: Curve): string[] => [...values.keys()];
  return [
    ...new Set([
      ...runs.flatMap(({ training }) => told(training)),
      ...runs.flatMap(({ scores }) => told(scores)),
    ]),
  ];
}

/** Scorings tell the training loss again, at fewer steps. */
function curveWith({ training, scores }: LiveRun, name: string): Curve {
  return training.values.has(name) ? training : scores;
}

function wordsOf(name: string): string {
  const words = name.replace(/^train_loss$/, 'training loss').replace(/^valid_/, 'held-out ');
  const text = words.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
