import { causalLm } from '@lathe/engine/causal-lm';
import type { TokenizedExample } from '@lathe/engine/example';
import type { Objective } from '@lathe/engine/objective';
import type { Recipe } from '@lathe/recipe/recipe';
import { judgedOf, judgementObjective, pairObjective, pairsOf } from './preference-objective.ts';

/** Does something with what a recipe trains for, and with what turns a shard's examples into its own. */
export function withLesson<Result>(
  { preference }: Pick<Recipe, 'preference'>,
  act: <Example>(
    objective: Objective<Example>,
    examplesOf: (shard: readonly TokenizedExample[]) => readonly Example[],
  ) => Result,
): Result {
  if (preference === undefined) return act(causalLm, (examples) => examples);
  if (preference.loss === 'kto') return act(judgementObjective(preference), judgedOf);
  return act(pairObjective(preference), pairsOf);
}
