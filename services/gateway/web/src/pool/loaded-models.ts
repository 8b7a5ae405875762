import type { EvaluatorObject, Pool } from '@lathe/contracts/http/worker';
import { ask } from '../api/client.ts';
import { type Query, useQuery } from '../api/use-query.ts';
import { bytesText } from '../ui/numbers.ts';

/** How often the pool is looked at. */
const poolRefreshMs = 3000;

/** The pool, looked at again and again. */
export function usePool(): Query<Pool> {
  return useQuery((signal) => ask<Pool>('/v1/lathe/workers', { signal }), [], poolRefreshMs);
}

/** Where a model is in memory, by its own name. */
export function placesOf(evaluators: readonly EvaluatorObject[], model: string) {
  return evaluators.flatMap(({ id, models }) =>
    models
      .filter((loaded) => loaded.model === model)
      .map(({ bytes, loaded_at: at }) => ({ evaluator: id, size: bytesText(bytes), at })),
  );
}
