import { LatheError } from '@lathe/contracts/error';
import type { CreateJob, LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { ModelRecord } from '@lathe/contracts/record/model';
import {
  findNamedModel,
  findOwnModel,
  type NamedModels,
} from '@lathe/platform/records/named-model';
import type { Architecture } from '@lathe/recipe/task';
import { BadReference } from '../http/failure.ts';

/** What models can be compared by what they write. */
const writing: readonly string[] = ['generation', 'preference'];

/**
 * The models that a job compares with, under their own names: what an alias stands for may change. Undefined where it names
 * none. Throws `model_not_found` and `invalid_value` that name the one at fault.
 */
export async function namedContestants(
  records: NamedModels,
  project: string,
  job: {
    readonly body: Pick<CreateJob, 'lathe' | 'method'>;
    readonly model: ModelRecord;
    readonly architecture: Architecture;
  },
): Promise<LatheOptions['contestants']> {
  const asked = job.body.lathe?.contestants;
  if (asked === undefined || asked.length === 0) return asked;
  const task = job.body.lathe?.task?.type ?? taughtTask(job.model);
  if (job.architecture === 'encoder' || !writing.includes(task))
    throw new LatheError(
      'invalid_value',
      "'lathe.contestants' are compared by what they write, and this job teaches no writing.",
      { param: 'lathe.contestants' },
    );
  const names: string[] = [];
  for (const [at, { model }] of asked.entries()) {
    const param = `lathe.contestants[${at}].model`;
    const found = await findNamedModel(records, project, model);
    if (found === undefined)
      throw new BadReference('model_not_found', `The model '${model}' does not exist.`, { param });
    if (!(await canWrite(records, project, found)))
      throw new LatheError('invalid_value', `The model '${model}' does not write.`, { param });
    if (names.includes(found.name))
      throw new LatheError('invalid_value', `'${param}' names '${found.name}' a second time.`, {
        param,
      });
    names.push(found.name);
  }
  return names.map((model) => ({ model }));
}

async function canWrite(
  records: NamedModels,
  project: string,
  model: ModelRecord,
): Promise<boolean> {
  if (!writing.includes(taughtTask(model))) return false;
  const base = model.kind === 'base' ? model : await findOwnModel(records, project, model.base);
  return base?.kind !== 'base' || base.architecture !== 'encoder';
}

function taughtTask(model: ModelRecord): string {
  return (model.kind === 'base' ? undefined : model.task?.type) ?? 'generation';
}
