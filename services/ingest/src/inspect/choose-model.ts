import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { LatheError } from '@lathe/contracts/error';
import { baseModelsProject } from '@lathe/contracts/subject';
import { findBaseModel } from '@lathe/platform/base-models';
import type { Records } from '@lathe/platform/records';
import type { Architecture } from '@lathe/recipe/task';
import { UnfitModel } from './unfit-model.ts';

type ModelPorts = {
  readonly models: Records['models'];
  readonly modelFolders: readonly string[];
};

/** A base model that was not taken, and why. */
type PassedOver = NonNullable<InspectionReport['passedOver']>[number];

/** What was made of a file for a model that nobody named. */
export type Tried<Made> = {
  readonly model: string;
  readonly made: Made;
  /** Models of its kind that come before it by name; all of its kind where none fits, and the first was taken all the same. */
  readonly passedOver: PassedOver[];
  /** Why the first does not fit where none does. */
  readonly unfit?: UnfitModel | undefined;
};

/** Makes something of a file for a model; where `isOneOfSeveral`, it throws UnfitModel for one that does not fit the rows. */
type Attempt<Made> = (model: string, isOneOfSeveral: boolean) => Promise<Made>;

/**
 * What `attempt` makes for the model that is named, or else for the first base model by name that fits, of decoders and then of
 * encoders: those that are offered and found on this machine. Throws `model_not_found` where there is none.
 */
export async function* tryModels<Made>(
  ports: ModelPorts,
  named: string | null,
  attempt: Attempt<Made>,
): AsyncGenerator<Tried<Made>> {
  if (named !== null) {
    yield { model: named, made: await attempt(named, false), passedOver: [] };
    return;
  }
  const offered = await offeredModels(ports);
  if (offered.size === 0)
    throw new LatheError(
      'model_not_found',
      'No base model is offered that the file could be for.',
      {
        param: 'model',
        retryable: false,
      },
    );
  for (const kind of ['decoder', 'encoder'] as const) {
    const names = offered.get(kind);
    if (names !== undefined) yield await firstFit(names, attempt);
  }
}

/** The base models that are offered and found on this machine, by kind and in the order of their names. */
async function offeredModels({
  models,
  modelFolders,
}: ModelPorts): Promise<Map<Architecture, [string, ...string[]]>> {
  const found = new Map<Architecture, [string, ...string[]]>();
  const offered = (await models.list(baseModelsProject)).map(({ value }) => value);
  for (const model of offered.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (model.kind !== 'base') continue;
    const { architecture = 'decoder', name } = model;
    if ((await findBaseModel(modelFolders, name)) === undefined) continue;
    const same = found.get(architecture);
    if (same === undefined) found.set(architecture, [name]);
    else same.push(name);
  }
  return found;
}

async function firstFit<Made>(
  names: readonly [string, ...string[]],
  attempt: Attempt<Made>,
): Promise<Tried<Made>> {
  const passedOver: PassedOver[] = [];
  let unfit: UnfitModel | undefined;
  for (const model of names) {
    try {
      return { model, made: await attempt(model, true), passedOver };
    } catch (error) {
      if (!(error instanceof UnfitModel)) throw error;
      unfit ??= error;
      passedOver.push({ model, why: error.why });
    }
  }
  const [first] = names;
  return { model: first, made: await attempt(first, false), passedOver, unfit };
}
