import type { RunObject } from '@lathe/contracts/http/eval-run';
import type { RunTally } from '@lathe/contracts/record/eval-run';
import { cohensKappa } from '@lathe/scoring/kappa';

type Result = RunObject['per_testing_criteria_results'][number];

/** What came of a criterion, and how far its judge can be relied on, where it has one that chooses. */
export function criterionResult({ judging, ...result }: RunTally['criteria'][number]): Result {
  if (judging === undefined) return result;
  const { pairs, human } = judging;
  return {
    ...result,
    judge: {
      ...(pairs === undefined ? {} : { pairs: pairsResult(pairs) }),
      ...(human === undefined
        ? {}
        : {
            human: cohensKappa(
              human.map(({ judge: one, person: other, both }) => ({ one, other, both })),
            ),
          }),
    },
  };
}

type Pairs = NonNullable<NonNullable<RunTally['criteria'][number]['judging']>['pairs']>;

function pairsResult({ answer: won, other: lost, tie: tied, consistent }: Pairs) {
  const rows = won + lost + tied;
  return { won, lost, tied, consistent, consistency: rows === 0 ? 1 : consistent / rows };
}
