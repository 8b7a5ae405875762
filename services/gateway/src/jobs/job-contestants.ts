import { LatheError } from '@lathe/contracts/error';
import type { CreateJob, LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { ModelRecord } from '@lathe/contracts/record/model';
import type { ModelServer } from '@lathe/platform/model-servers';
import { allowedServer } from '@lathe/platform/model-servers/allowed';
import {
  findNamedModel,
  findOwnModel,
  type NamedModels,
} from '@lathe/platform/records/named-model';
import type { Architecture } from '@lathe/recipe/task';
import { BadReference } from '../http/failure.ts';

/** What models can be compared by what they write. */
const writing: readonly string[] = ['generation', 'preference'];

type Contestant = NonNullable<LatheOptions['contestants']>[number];

type WritingJob = {
  readonly body: Pick<CreateJob, 'lathe'>;
  readonly model: ModelRecord;
  readonly architecture: Architecture;
};

/** Throws `invalid_value` for a job that teaches no writing, which the models of a field are compared by. */
export function requireWriting({ body, model, architecture }: WritingJob, param: string): void {
  const task = body.lathe?.task?.type ?? taughtTask(model);
  if (architecture !== 'encoder' && writing.includes(task)) return;
  throw new LatheError(
    'invalid_value',
    `The models of '${param}' are compared by what they write, and this job teaches no writing.`,
    { param },
  );
}

/** Where models to compare with may be. */
export type ContestantPorts = NamedModels & { readonly modelServers: readonly ModelServer[] };

/**
 * The models that a job compares with, under their own names: what an alias stands for may change. Undefined where it names
 * none. Throws `model_not_found`, `invalid_value` and `insufficient_permissions` that name the one at fault.
 */
export async function namedContestants(
  ports: ContestantPorts,
  project: string,
  job: WritingJob,
): Promise<LatheOptions['contestants']> {
  const asked = job.body.lathe?.contestants;
  if (asked === undefined || asked.length === 0) return asked;
  requireWriting(job, 'lathe.contestants');
  const named: Contestant[] = [];
  for (const [at, one] of asked.entries()) {
    const param = `lathe.contestants[${at}].model`;
    const found =
      one.url === undefined
        ? { model: await ownName(ports, project, { model: one.model, param }) }
        : { model: one.model, url: serverUrl(ports, one.url, at) };
    if (named.some(({ model, url }) => model === found.model && url === found.url))
      throw new LatheError('invalid_value', `'${param}' names '${found.model}' a second time.`, {
        param,
      });
    named.push(found);
  }
  return named;
}

function serverUrl({ modelServers }: ContestantPorts, url: string, at: number): string {
  return allowedServer(modelServers, { url, param: `lathe.contestants[${at}].url` }).url;
}

/** The own name of a model that writes. */
async function ownName(
  records: NamedModels,
  project: string,
  { model, param }: { readonly model: string; readonly param: string },
): Promise<string> {
  const found = await findNamedModel(records, project, model);
  if (found === undefined)
    throw new BadReference('model_not_found', `The model '${model}' does not exist.`, { param });
  if (!(await canWrite(records, project, found)))
    throw new LatheError('invalid_value', `The model '${model}' does not write.`, { param });
  return found.name;
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
