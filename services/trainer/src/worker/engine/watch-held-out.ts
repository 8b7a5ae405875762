import { watched, watchMetric } from '@lathe/engine/early-stopping';
import { resolveRecipe } from '@lathe/recipe/recipe';
import type { EngineTask } from './engine-message.ts';

type HeldOutScore = EngineTask['earlierScores'][number];

/** The course of the held-out rows' scores, by the rule of early stopping. */
export type HeldOutWatch = {
  /** False once training is to end. */
  readonly goesOn: boolean;
  /** The step with the best score; undefined without a rule. */
  readonly bestStep: number | undefined;
  /** Whether the rule wants a score after this step. */
  isDue(step: number): boolean;
  /** Takes in a score; tells whether it is the best so far. */
  take(score: HeldOutScore): boolean;
};

/**
 * A watch that has seen the scores of earlier runs, so that a run that was interrupted ends where an
 * undisturbed one does. Without a rule it never stops. `every`: steps between two scores where the rule names none.
 */
export function watchHeldOut(
  {
    recipe,
    totalSteps,
    earlierScores,
  }: Pick<EngineTask, 'recipe' | 'earlierScores'> & {
    readonly totalSteps: number;
  },
  every: number,
): HeldOutWatch {
  const { earlyStopping: rule } = resolveRecipe(recipe);
  if (rule === undefined)
    return { goesOn: true, bestStep: undefined, isDue: () => false, take: () => false };
  const watch = watchMetric(rule);
  const steps = rule.everySteps ?? every;
  let goesOn = true;
  const isDue = (step: number): boolean => step % steps === 0 || step === totalSteps;
  const take = (score: HeldOutScore): boolean => {
    if (!isDue(score.step)) return false;
    const taken = watch.take(score.step, watched(rule, score));
    goesOn = taken.goesOn;
    return taken.isBest;
  };
  for (const score of earlierScores) take(score);
  return {
    get goesOn() {
      return goesOn;
    },
    get bestStep() {
      return watch.best?.step;
    },
    isDue,
    take,
  };
}
