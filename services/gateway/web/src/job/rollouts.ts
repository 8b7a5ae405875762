import type { LiveRun } from './live-run.ts';

type RolloutAnswer = {
  readonly text: string;
  /** What the grader gave it; null: it could not be graded. */
  readonly reward: number | null;
  readonly isCut: boolean;
};

/** Answers to one prompt, as far as they are told, and the mean of their rewards. */
type Group = {
  readonly prompt: string;
  readonly answers: readonly RolloutAnswer[];
  readonly mean: number | null;
};

export type StepRollouts = {
  readonly step: number;
  /** The step that was asked for. */
  readonly wanted: number;
  /** The steps before and after it of which answers are told. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly groups: readonly Group[];
  /** What the step told of all of its answers. */
  readonly figures: readonly (readonly [name: string, value: number])[];
};

/** Names of what a step tells of its answers. */
const figureNames: Readonly<Record<string, string>> = {
  reward: 'mean reward',
  reward_std: 'spread of the rewards',
  frac_reward_zero_std: 'share of groups that teach nothing',
  'completions/mean_length': 'tokens of an answer',
  entropy: 'entropy',
  kl: 'divergence from the start',
};

/**
 * The answers of the training step nearest to the one that is asked for, by their prompts; of the newest step where none is asked for.
 * undefined where the run tells none that was rewarded.
 */
export function rolloutsOf(run: LiveRun, asked: number | undefined): StepRollouts | undefined {
  const told = run.samples.filter(
    ({ isHeldOut, answers }) => !isHeldOut && answers.some((answer) => 'reward' in answer),
  );
  const newest = told.at(-1);
  if (newest === undefined) return undefined;
  const wanted = asked === undefined || Number.isNaN(asked) ? newest.step : asked;
  const nearest = told.reduce((best, each) =>
    Math.abs(each.step - wanted) < Math.abs(best.step - wanted) ? each : best,
  );
  const at = told.indexOf(nearest);
  const place = run.training.steps.indexOf(nearest.step);
  const figures = Object.entries(figureNames).flatMap(([key, name]) => {
    const value = place < 0 ? null : (run.training.values.get(key)?.[place] ?? null);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...{ step: nearest.step, wanted, figures },
    before: told[at - 1]?.step,
    after: told[at + 1]?.step,
    groups: groupsOf(nearest.answers),
  };
}

function groupsOf(answers: readonly Readonly<Record<string, unknown>>[]): Group[] {
  const byPrompt = Map.groupBy(answers, ({ prompt }) => String(prompt ?? ''));
  return [...byPrompt].map(([prompt, group]) => {
    const read = group.map(
      ({ text, answer, reward, truncated }): RolloutAnswer => ({
        text: String(text ?? answer ?? ''),
        reward: typeof reward === 'number' ? reward : null,
        isCut: truncated === true,
      }),
    );
    const rewards = read.flatMap(({ reward }) => (reward === null ? [] : [reward]));
    const mean =
      rewards.length === 0 ? null : rewards.reduce((sum, one) => sum + one, 0) / rewards.length;
    return { prompt, answers: read, mean };
  });
}
