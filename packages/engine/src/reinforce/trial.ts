import type { AnswerFigures } from './answer-figures.ts';

/** Share of groups without a spread from which on a run would learn next to nothing (docs/reinforcement.md). */
const mostEvenGroups = 0.9;
/** Share of answers without a reward from which on the grader is at fault. */
const mostMissing = 0.5;

export type Trial = {
  readonly figures: AnswerFigures;
  readonly prompts: number;
  readonly answers: number;
  /** The least and the greatest reward; absent where there is none. */
  readonly range?: readonly [least: number, greatest: number] | undefined;
};

/**
 * Why a run would learn nothing, in one sentence with the figures, from answers to some prompts before it begins; undefined
 * where it may learn.
 */
export function refusalOf({ figures, prompts, answers, range }: Trial): string | undefined {
  const about = `in a trial of ${answers} answers to ${prompts} prompts`;
  if (range === undefined || figures.reward_missing > mostMissing)
    return `the grader gave no reward for ${percent(figures.reward_missing)} of the answers ${about}`;
  const [least, greatest] = range;
  if (greatest - least < 1e-8)
    return `the grader gave every answer the same reward of ${rounded(least)} ${about}, so nothing could be learned; a grader that rewards parts of what is right, an easier task or a model that was tuned on examples first gives some answers more than others`;
  const even = figures.frac_reward_zero_std;
  if (even > mostEvenGroups)
    return `${percent(even)} of the prompts had the same reward for all their answers ${about} (mean reward ${rounded(figures.reward)}, entropy ${rounded(figures.entropy)} nats a token), so next to nothing could be learned; a higher temperature, a model that was tuned for fewer steps or prompts of another difficulty give answers that differ`;
  return undefined;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
