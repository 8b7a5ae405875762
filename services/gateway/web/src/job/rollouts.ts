import type { LiveRun } from './live-run.ts';

/** An answer as far as it is told, beside the others to its prompt. */
export type RolloutAnswer = {
  /** Its place among all that are told of the step. */
  readonly at: number;
  readonly prompt: string;
  readonly text: string;
  /** What the grader gave it; null: it could not be graded. */
  readonly reward: number | null;
  /** What each grader of a multi grader gave. */
  readonly parts: Readonly<Record<string, number>>;
  /** How far its reward is above the mean of those to its prompt. */
  readonly beside: number | null;
  readonly isCut: boolean;
};

export type StepRollouts = {
  readonly step: number;
  /** The step that was asked for. */
  readonly wanted: number;
  /** The steps before and after it of which answers are told. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly answers: readonly RolloutAnswer[];
  /** The graders of a multi grader. */
  readonly graders: readonly string[];
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
  const answers = answersOf(nearest.answers);
  return {
    ...{ step: nearest.step, wanted, figures },
    before: told[at - 1]?.step,
    after: told[at + 1]?.step,
    ...{ answers, graders: [...new Set(answers.flatMap(({ parts }) => Object.keys(parts)))] },
  };
}

function answersOf(told: readonly Readonly<Record<string, unknown>>[]): RolloutAnswer[] {
  const read = told.map(({ prompt, text, answer, reward, parts, truncated }, at) => ({
    ...{ at, prompt: String(prompt ?? ''), text: String(text ?? answer ?? '') },
    reward: typeof reward === 'number' ? reward : null,
    parts: numbersOf(parts),
    isCut: truncated === true,
  }));
  const groups = Map.groupBy(read, ({ prompt }) => prompt);
  return read.map((answer) => {
    const { prompt, reward } = answer;
    const rewards = groups.get(prompt)?.flatMap((each) => each.reward ?? []) ?? [];
    const mean = rewards.reduce((sum, one) => sum + one, 0) / rewards.length;
    return { ...answer, beside: reward === null ? null : reward - mean };
  });
}

function numbersOf(parts: unknown): Record<string, number> {
  const all = Object.entries(typeof parts === 'object' && parts !== null ? parts : {});
  return Object.fromEntries(all.filter(([, value]) => typeof value === 'number'));
}
