import { LatheError } from '@lathe/contracts/error';
import {
  type Grader,
  isSingleGrader,
  modelOf,
  type SingleGrader,
} from '@lathe/contracts/http/grader';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { problemOf, pythonProblem } from '@lathe/graders/begin';
import type { Graders } from '@lathe/graders/grader-processes';
import { findNamedModel, type NamedModels, whyUnnamed } from '@lathe/platform/records/named-model';
import { BadReference } from '../http/failure.ts';
import { requireDoor } from '../models/doors.ts';

export type CriteriaPorts = NamedModels & { readonly graders: Pick<Graders, 'runsPython'> };

/**
 * The criteria with their models by their own names: what an alias stands for may be another before the last answer is judged. Throws for
 * criteria that could never run, with the place of the first: a template that names what there is not, a program in Python where that has no sandbox, a
 * model that the project does not have or that cannot be asked.
 */
export async function checkCriteria(
  ports: CriteriaPorts,
  { project, criteria }: { readonly project: string; readonly criteria: readonly Grader[] },
): Promise<Grader[]> {
  const checked: Grader[] = [];
  for (const [i, grader] of criteria.entries())
    checked.push(await checkGrader(ports, { project, grader, param: `testing_criteria[${i}]` }));
  return checked;
}

type GraderAt<Kind = Grader> = {
  readonly project: string;
  readonly grader: Kind;
  readonly param: string;
};

/** The same of one grader, which stands at `param`. */
export async function checkGrader(
  ports: CriteriaPorts,
  { project, grader, param }: GraderAt,
): Promise<Grader> {
  requirePython(ports, { grader, param });
  const problem = problemOf(grader);
  if (problem !== undefined) throw new LatheError('invalid_value', problem, { param });
  if (grader.type !== 'multi') return withOwnModel(ports, { project, grader, param });
  const { graders } = grader;
  const own = (one: SingleGrader) => withOwnModel(ports, { project, grader: one, param });
  if (isSingleGrader(graders)) return { ...grader, graders: await own(graders) };
  if (Array.isArray(graders)) return { ...grader, graders: await Promise.all(graders.map(own)) };
  const named = Object.entries(graders).map(async ([name, one]) => [name, await own(one)] as const);
  return { ...grader, graders: Object.fromEntries(await Promise.all(named)) };
}

/** Throws `invalid_value` for a program in Python where the platform has no sandbox for it. */
export function requirePython(
  { graders }: Pick<CriteriaPorts, 'graders'>,
  { grader, param }: Omit<GraderAt, 'project'>,
): void {
  const problem = graders.runsPython ? undefined : pythonProblem(grader);
  if (problem !== undefined) throw new LatheError('invalid_value', problem, { param });
}

/** Throws `model_not_found` and `unsupported_model` for the model of a grader. */
async function withOwnModel(
  ports: NamedModels,
  { project, grader, param }: GraderAt<SingleGrader>,
): Promise<SingleGrader> {
  const name = modelOf(grader);
  if (name === undefined) return grader;
  const at = `${param}.model`;
  const record = await requireModel(ports, project, { name, param: at });
  const own = { ...grader, model: record.name };
  // A reward model scores by itself.
  if (grader.type === 'score_model' && record.task?.type === 'reward') return own;
  const door = grader.type === 'text_similarity' ? 'embeddings' : 'chat';
  await named(at, async () => requireDoor(record, door));
  return own;
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
