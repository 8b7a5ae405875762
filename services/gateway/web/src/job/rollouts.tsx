import { useQueryText } from '../shell/router.ts';
import { figure, grouped } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';
import type { LiveRun } from './live-run.ts';
import { type RolloutAnswer, rolloutsOf } from './rollouts.ts';

/** What was answered in a step of a run that learns from rewards, and what the grader said of each answer. */
export function Rollouts({ run }: { readonly run: LiveRun }) {
  const [asked, choose] = useQueryText('step');
  const shown = rolloutsOf(run, asked === '' ? undefined : Number(asked));
  if (shown === undefined) return null;
  const { step, wanted, before, after, answers, graders, figures } = shown;
  return (
    <section id="rollouts">
      <h2>Answers of step {grouped(step)}, and their rewards</h2>
      <div class="row">
        <Step to={before} choose={choose}>
          ← Earlier
        </Step>
        <Step to={after} choose={choose}>
          Later →
        </Step>
        <span class="soft small-text">
          {wanted !== step &&
            `Of step ${grouped(wanted)} no answers are told; this is the nearest. `}
          Some of each step’s answers are told.
        </span>
      </div>
      <ul class="tiles">
        {figures.map(([name, value]) => (
          <li key={name}>
            <b>{figure(value)}</b>
            {name}
          </li>
        ))}
      </ul>
      <Table
        name="rollouts"
        caption="Answers with their rewards"
        rows={answers}
        keyOf={({ at }) => String(at)}
        columns={columnsOf(graders)}
      />
    </section>
  );
}

/** What each answer is worth, and of a multi grader what each of its graders gave. */
function columnsOf(graders: readonly string[]): readonly Column<RolloutAnswer>[] {
  return [
    {
      head: 'Prompt',
      value: ({ prompt }) => prompt,
      cell: ({ prompt }) => <div class="said soft clip">{prompt}</div>,
    },
    {
      head: 'Answer',
      value: ({ text }) => text,
      cell: ({ text, isCut }) => (
        <>
          <div class="said">{text}</div>
          {isCut && <div class="soft small-text">cut at its longest length</div>}
        </>
      ),
    },
    {
      head: 'Reward',
      value: ({ reward }) => reward,
      cell: ({ reward }) => (reward === null ? 'not graded' : figure(reward)),
      isNumber: true,
    },
    ...graders.map(
      (name): Column<RolloutAnswer> => ({
        head: `by ${name}`,
        value: ({ parts }) => parts[name] ?? null,
        cell: ({ parts }) => figure(parts[name]),
        isNumber: true,
      }),
    ),
    {
      head: 'Beside its group',
      value: ({ beside }) => beside,
      cell: ({ beside }) => (beside === null ? '–' : signed(beside)),
      isNumber: true,
    },
  ];
}

type StepProps = {
  readonly to: number | undefined;
  readonly choose: (step: string) => void;
  readonly children: string;
};

function Step({ to, choose, children }: StepProps) {
  return (
    <button
      type="button"
      class="small"
      disabled={to === undefined}
      onClick={() => choose(String(to))}
    >
      {children}
    </button>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}
