import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type {
  CreateJob,
  DpoHyperparameters,
  Hyperparameters,
  LatheOptions,
} from '@lathe/contracts/http/fine-tuning';
import { type JobRecord, nothingYet } from '@lathe/contracts/job/record';
import { fromHttp, snakeCase } from '@lathe/recipe/http-form';
import { type RecipeInput, recipeSchema } from '@lathe/recipe/recipe';
import { brokenRules } from '@lathe/recipe/rules';

/** What is decided about a job before it exists. */
export type NewJob = {
  readonly id: string;
  readonly project: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** Used when the request names no seed. */
  readonly seed: number;
};

/** A job's name part: it becomes part of the model's name, where `:` separates and `/` divides paths. */
const suffixPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The first record of a job. Throws `invalid_value` for parameters that contradict each other. */
export function firstRecord(body: CreateJob, job: NewJob): JobRecord {
  const method = body.method?.type ?? 'supervised';
  const hyperparameters = hyperparametersOf(body);
  const options = body.lathe ?? {};
  if (
    options.learning_rate !== undefined &&
    typeof hyperparameters.learning_rate_multiplier === 'number'
  )
    throw invalid(
      'lathe.learning_rate',
      "'lathe.learning_rate' and 'learning_rate_multiplier' both set the learning rate; give one.",
    );
  refuseContradictions(options);
  refuseOtherMethods(method, hyperparameters, options);
  if (body.suffix != null && !suffixPattern.test(body.suffix))
    throw invalid(
      'suffix',
      "Invalid value for 'suffix': letters, digits, '.', '_' and '-' are allowed, with a letter or digit first.",
    );
  return {
    version: 1,
    id: job.id,
    project: job.project,
    createdAt: Math.floor(job.nowMs / 1000),
    createdMs: job.nowMs,
    requestId: job.requestId,
    state: 'validating_files',
    desired: 'run',
    epoch: 0,
    stage: 'ingest',
    model: body.model,
    suffix: body.suffix ?? null,
    seed: body.seed ?? job.seed,
    method,
    hyperparameters,
    options,
    metadata: body.metadata ?? null,
    trainingFile: body.training_file,
    validationFile: body.validation_file ?? null,
    ...nothingYet(),
  };
}

/** Options that say the same thing twice, or ask for what the others rule out. */
function refuseContradictions(options: LatheOptions): void {
  const named = (setting: string) => `lathe.${snakeCase(setting)}`;
  const quoted = (setting: string) => `'${named(setting)}'`;
  const [fault] = brokenRules(recipeSchema, fromHttp<RecipeInput>(options), quoted);
  if (fault !== undefined) throw invalid(named(fault.path.join('.')), fault.message);
}

/** Losses of preference that ask the base model nothing. */
const ownLosses: readonly string[] = ['orpo', 'simpo'];

/** Throws `invalid_value` for a loss of preference that the adaptation does not go with. */
export function requireOwnLoss(adaptation: Adaptation, { preference }: LatheOptions): void {
  const loss = preference?.loss ?? 'sigmoid';
  if (adaptation.type === 'prompt-tuning' && !ownLosses.includes(loss))
    throw invalid(
      'lathe.adaptation.type',
      `The loss ${loss} compares with the base model, which prompt-tuning does not go with; take the loss orpo or simpo, or prefix-tuning.`,
    );
}

/** Options that belong to another method than the job's. */
function refuseOtherMethods(
  method: 'supervised' | 'dpo',
  { batch_size }: Hyperparameters,
  options: LatheOptions,
): void {
  if (options.preference?.loss === 'kto' && batch_size === 1)
    throw invalid(
      `method.${method}.hyperparameters.batch_size`,
      'The loss kto compares the answers of a batch: it needs a batch_size of at least 2.',
    );
  if (method === 'supervised' && options.preference !== undefined)
    throw invalid('lathe.preference', "'lathe.preference' belongs to the method dpo.");
  if (options.early_stopping?.metric === 'reward')
    throw invalid(
      'lathe.early_stopping.metric',
      'Only jobs that learn from rewards have any to watch, and there are none here yet; take another metric.',
    );
  const { adaptation } = options;
  if (method === 'dpo' && adaptation?.type === 'full' && adaptation.initial === 'random')
    throw invalid(
      'lathe.adaptation.initial',
      'Random weights answer nothing that could be preferred; they belong to the method supervised.',
    );
  if (method === 'dpo' && adaptation !== undefined) requireOwnLoss(adaptation, options);
  if (method === 'dpo' && options.label_smoothing !== undefined)
    throw invalid(
      'lathe.label_smoothing',
      "'lathe.label_smoothing' is of single answers; pairs have 'lathe.preference.label_smoothing'.",
    );
}

/** From the method, or from the older place; the two may not disagree. */
function hyperparametersOf({ method, ...body }: CreateJob): DpoHyperparameters {
  const current: DpoHyperparameters | undefined =
    method?.type === 'dpo' ? method.dpo?.hyperparameters : method?.supervised?.hyperparameters;
  const older = body.hyperparameters;
  if (current === undefined) return older ?? {};
  for (const name of Object.keys(older ?? {}) as (keyof Hyperparameters)[])
    if (current[name] !== older?.[name])
      throw invalid(
        `hyperparameters.${name}`,
        `'hyperparameters.${name}' and 'method.${method?.type}.hyperparameters.${name}' differ; give the latter.`,
      );
  return current;
}

function invalid(param: string, message: string): LatheError {
  return new LatheError('invalid_value', message, { param });
}
