import { useQueryText } from '../shell/router.ts';
import { figure, grouped } from '../ui/numbers.ts';
import { Scroll } from '../ui/scroll.tsx';
import type { LiveRun } from './live-run.ts';
import { rolloutsOf } from './rollouts.ts';

/** What was answered in a step of a run that learns from rewards, and what the grader said of each answer. */
export function Rollouts({ run }: { readonly run: LiveRun }) {
  const [asked, choose] = useQueryText('step');
  const shown = rolloutsOf(run, asked === '' ? undefined : Number(asked));
  if (shown === undefined) return null;
  const { step, wanted, before, after, groups, figures } = shown;
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
      <Scroll label="Answers with their rewards">
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Prompt</th>
              <th scope="col">Answer</th>
              <th scope="col" class="n">
                Reward
              </th>
              <th scope="col" class="n">
                Beside its group
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.flatMap(({ prompt, answers, mean }) =>
              answers.map(({ text, reward, isCut }, at) => (
                <tr key={`${prompt} ${String(at)}`}>
                  <td data-head="Prompt">
                    <div class="said soft">{at === 0 ? prompt : '″'}</div>
                  </td>
                  <td data-head="Answer">
                    <div class="said">{text}</div>
                    {isCut && <div class="soft small-text">cut at its longest length</div>}
                  </td>
                  <td class="n" data-head="Reward">
                    {reward === null ? 'not graded' : figure(reward)}
                  </td>
                  <td class="n" data-head="Beside its group">
                    {reward === null || mean === null ? '–' : signed(reward - mean)}
                  </td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
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
