import { useMemo } from 'preact/hooks';
import { useQueryText } from '../shell/router.ts';
import { type Line, Plot, type PlotMark } from '../ui/plot.tsx';
import { Smoothing } from '../ui/smoothing.tsx';
import { Empty } from '../ui/states.tsx';
import { type Curve, type LiveRun, smoothed } from './live-run.ts';

/** Figures of the training with a plot of their own, by the names of the events. */
const trainingPlots = [
  ['learning_rate', 'Learning rate'],
  ['gradient_norm', 'Gradient norm'],
  ['tokens_per_second', 'Tokens a second'],
  ['reward', 'Mean reward'],
  ['frac_reward_zero_std', 'Share of groups that teach nothing'],
  ['completions/mean_length', 'Tokens of an answer'],
  ['entropy', 'Entropy'],
  ['kl', 'Divergence from the start'],
  ['rewards/margins', 'Margin of rewards'],
] as const;
/** Figures that are drawn with how far they spread around their mean. */
const spreads: Readonly<Record<string, string>> = { reward: 'reward_std' };

/** Figures of groups of answers: a click on a step shows what it answered. */
const ofGroups: ReadonlySet<string> = new Set(['reward', 'frac_reward_zero_std']);

/** What is marked beside checkpoints. */
const markColours = { resumed: 'warn', lost: 'bad' } as const;

/** Scores that another plot has, or that say the same in other words. */
const shownElsewhere = new Set(['valid_loss', 'full_valid_loss', 'full_valid_mean_token_accuracy']);

type Props = { readonly jobId: string; readonly run: LiveRun; readonly version: number };

/** The curves of a run: losses on one axis, what else it tells, and the scores of the held-out rows. */
export function Curves({ jobId, run, version }: Props) {
  const [smoothing, setSmoothing] = useQueryText('smooth', '0');
  const weight = Number(smoothing) / 100;
  const [, choose] = useQueryText('step');
  const showStep = (step: number): void => {
    choose(String(step));
    document.getElementById('rollouts')?.scrollIntoView({ behavior: 'smooth' });
  };
  const { training, scores } = run;
  const loss = useMemo(() => lossPlot(run, weight), [version, weight]);
  if (training.steps.length === 0 && scores.steps.length === 0)
    return <Empty title="No step has been reported yet." />;
  const best = bestStep(scores);
  const marks = run.marks.map(
    ({ step, kind }): PlotMark => ({
      x: step,
      colour: kind === 'checkpoint' ? (step === best ? 'good' : 'soft') : markColours[kind],
    }),
  );
  const shared = { group: jobId, marks };
  return (
    <>
      <Plot {...shared} title="Loss" height={260} x={loss.x} lines={loss.lines} />
      <div class="row soft">
        <Smoothing value={smoothing} onChange={setSmoothing} />
        <span class="small-text">
          Drag over a plot to zoom, or use its keys. Dashed lines are checkpoints
          {marks.some(({ colour }) => colour === 'good') && ', the best one green'}
          {run.marks.some(({ kind }) => kind === 'resumed') && '; amber: where it went on'}
          {run.marks.some(({ kind }) => kind === 'lost') && '; red: where a worker was lost'}.
          {training.values.has('reward') && ' A click on a step of the rewards shows its answers.'}
        </span>
      </div>
      <div class="plots">
        {trainingPlots.map(([name, title]) => {
          const values = training.values.get(name);
          return (
            values !== undefined && (
              <Plot
                key={name}
                {...shared}
                title={title}
                x={training.steps}
                onStep={ofGroups.has(name) ? showStep : undefined}
                lines={[
                  ...band(values, training.values.get(spreads[name] ?? '')),
                  ...smoothLines({ label: title, values, colour: 'one' }, weight),
                ]}
              />
            )
          );
        })}
        {scoreNames(scores).map((name) => (
          <Plot
            key={name}
            {...shared}
            title={`Held-out ${name.replace('valid_', '').replaceAll('_', ' ')}`}
            x={scores.steps}
            lines={[
              {
                label: 'held out',
                values: scores.values.get(name) ?? [],
                colour: 'other',
                hasDots: true,
              },
            ]}
          />
        ))}
      </div>
    </>
  );
}

/** The step whose held-out loss is the lowest. */
function bestStep({ steps, values }: Curve): number | undefined {
  const losses = values.get('valid_loss')?.map((loss) => loss ?? Number.POSITIVE_INFINITY) ?? [];
  return losses.length < 2 ? undefined : steps[losses.indexOf(Math.min(...losses))];
}

/** The lines between which most values of a mean lie. */
function band(
  means: readonly (number | null)[],
  spread: readonly (number | null)[] | undefined,
): Line[] {
  if (spread === undefined) return [];
  return ([-1, 1] as const).map((side) => ({
    label: side < 0 ? 'less its spread' : 'with its spread',
    values: means.map((mean, at) => {
      const by = spread[at] ?? null;
      return mean === null || by === null ? null : mean + side * by;
    }),
    ...{ colour: 'one', isFaint: true },
  }));
}

function scoreNames({ values }: Curve): string[] {
  return [...values.keys()].filter(
    (name) => name.startsWith('valid_') && !shownElsewhere.has(name),
  );
}

/** A line, and where it is smoothed its own jitter behind it. */
function smoothLines(line: Line, weight: number): Line[] {
  if (weight === 0) return [line];
  return [
    { ...line, label: `${line.label}, as it is`, isFaint: true },
    { ...line, values: smoothed(line.values, weight) },
  ];
}

/** Training loss and held-out loss over the steps of both. */
function lossPlot({ training, scores }: LiveRun, weight: number): { x: number[]; lines: Line[] } {
  const x = [...new Set([...training.steps, ...scores.steps])].sort((a, b) => a - b);
  const spread = (curve: Curve, name: string): (number | null)[] => {
    const column = curve.values.get(name);
    const at = new Map(curve.steps.map((step, i) => [step, column?.[i] ?? null]));
    return x.map((step) => at.get(step) ?? null);
  };
  const train = { label: 'training', values: spread(training, 'train_loss'), colour: 'one' };
  const heldOut: Line = {
    label: 'held out',
    values: spread(scores, 'valid_loss'),
    colour: 'other',
    hasDots: true,
  };
  return {
    x,
    lines: [...smoothLines(train, weight), ...(scores.steps.length > 0 ? [heldOut] : [])],
  };
}
