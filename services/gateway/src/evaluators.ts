import type { EvaluatorObject } from '@lathe/contracts/http/worker';
import type { EvaluatorRecord } from '@lathe/contracts/record/evaluator';
import type { Records } from '@lathe/platform/records';
import type { Caller } from './http/http.ts';

export type EvaluatorPorts = {
  readonly evaluators: Records['evaluators'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The evaluators that have announced themselves lately, by name, as the caller may see them. */
export async function shownEvaluators(
  { evaluators, now }: EvaluatorPorts,
  caller: Pick<Caller, 'project' | 'role'>,
): Promise<EvaluatorObject[]> {
  const nowMs = now();
  return (await evaluators.list(''))
    .map(({ value }) => value)
    .filter(({ expiresAt }) => expiresAt > nowMs)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((evaluator) => evaluatorObject(evaluator, caller));
}

/** Names of other projects' models stay inside, but for the operator. */
function evaluatorObject(
  { id, memoryBytes, models, announcedAt }: EvaluatorRecord,
  { project: asking, role }: Pick<Caller, 'project' | 'role'>,
): EvaluatorObject {
  const seen = models.filter(
    ({ project }) => role === 'operator' || project === null || project === asking,
  );
  return {
    id,
    object: 'lathe.evaluator',
    memory_bytes: memoryBytes,
    models: seen.map(({ name, base, project, bytes, sinceMs }) => ({
      ...{ model: name, base, project, bytes },
      loaded_at: Math.floor(sinceMs / 1000),
    })),
    other_models: models.length - seen.length,
    last_seen: Math.floor(announcedAt / 1000),
  };
}
