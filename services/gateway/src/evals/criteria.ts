import { LatheError } from '@lathe/contracts/error';
import type { Grader } from '@lathe/contracts/http/grader';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { problemOf } from '@lathe/graders/begin';
import { findNamedModel, type NamedModels, whyUnnamed } from '@lathe/platform/records/named-model';
import { BadReference } from '../http/failure.ts';
import { requireDoor } from '../models/doors.ts';

/**
 * Throws for criteria that could never run, with the place of the first: a template that names what there is not, a
 * program in Python, a model that the project does not have or that cannot be asked.
 */
export async function checkCriteria(
  ports: NamedModels,
  { project, criteria }: { readonly project: string; readonly criteria: readonly Grader[] },
): Promise<void> {
  for (const [i, grader] of criteria.entries())
    await checkGrader(ports, { project, grader, param: `testing_criteria[${i}]` });
}

type GraderAt = { readonly project: string; readonly grader: Grader; readonly param: string };

/** The same of one grader, which stands at `param`. */
export async function checkGrader(
  ports: NamedModels,
  { project, grader, param }: GraderAt,
): Promise<void> {
  const problem = problemOf(grader);
  if (problem !== undefined) throw new LatheError('invalid_value', problem, { param });
  await checkModels(ports, { project, grader, param });
}

/** Throws `model_not_found` and `unsupported_model` for the models of a grader, and of those in it. */
async function checkModels(
  ports: NamedModels,
  { project, grader, param }: GraderAt,
): Promise<void> {
  if (grader.type === 'multi') {
    const { graders } = grader;
    const isOne = !Array.isArray(graders) && typeof graders.type === 'string';
    const inner = isOne ? [graders as Grader] : (Object.values(graders) as Grader[]);
    for (const one of inner) await checkModels(ports, { project, grader: one, param });
    return;
  }
  if (!('model' in grader) || grader.model === undefined) return;
  const at = `${param}.model`;
  const record = await requireModel(ports, project, { name: grader.model, param: at });
  // A reward model scores by itself.
  if (grader.type === 'score_model' && record.task?.type === 'reward') return;
  const door = grader.type === 'text_similarity' ? 'embeddings' : 'chat';
  await named(at, async () => requireDoor(record, door));
}

/** A model of the project that a body names. Throws `model_not_found`, as a 400, with the field. */
export async function requireModel(
  ports: NamedModels,
  project: string,
  { name, param }: { readonly name: string; readonly param: string },
): Promise<ModelRecord> {
  const record = await findNamedModel(ports, project, name);
  if (record !== undefined) return record;
  const why = await whyUnnamed(ports, project, name);
  throw new BadReference('model_not_found', `'${param}': ${why}.`, { param });
}

/** Does what may refuse a part of the body, and names the part. */
export async function named<T>(param: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof LatheError) || error.retryable) throw error;
    throw new LatheError(error.code, error.message, { param, cause: error });
  }
}
