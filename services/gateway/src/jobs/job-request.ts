import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type {
  CreateJob,
  DpoHyperparameters,
  Hyperparameters,
  LatheOptions,
  ReinforcementHyperparameters,
} from '@lathe/contracts/http/fine-tuning';
import { type JobRecord, nothingYet } from '@lathe/contracts/job/record';
import { fromHttp, snakeCase } from '@lathe/recipe/http-form';
import { type RecipeInput, recipeSchema } from '@lathe/recipe/recipe';
import { brokenRules } from '@lathe/recipe/rules';

type Method = NonNullable<JobRecord['method']>;
type AnyHyperparameters = DpoHyperparameters & ReinforcementHyperparameters;

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
  refuseContradictions(method, options);
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
    ...(body.method?.type === 'reinforcement' && { grader: body.method.reinforcement.grader }),
    options,
    metadata: body.metadata ?? null,
    trainingFile: body.training_file,
    validationFile: body.validation_file ?? null,
    ...nothingYet(),
  };
}

/** Options that say the same thing twice, or ask for what the others rule out. */
function refuseContradictions(method: Method, options: LatheOptions): void {
  const named = (setting: string) => `lathe.${snakeCase(setting)}`;
  const quoted = (setting: string) => `'${named(setting)}'`;
  const asked = fromHttp<RecipeInput>(options);
  // That it learns from rewards, the method alone may say.
  const given =
    method === 'reinforcement' ? { ...asked, reinforcement: asked.reinforcement ?? {} } : asked;
  const [fault] = brokenRules(recipeSchema, given, quoted);
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
  method: Method,
  { batch_size, ...hyperparameters }: AnyHyperparameters,
  options: LatheOptions,
): void {
  if (options.preference?.loss === 'kto' && batch_size === 1)
    throw invalid(
      `method.${method}.hyperparameters.batch_size`,
      'The loss kto compares the answers of a batch: it needs a batch_size of at least 2.',
    );
  if (method !== 'dpo' && options.preference !== undefined)
    throw invalid('lathe.preference', "'lathe.preference' belongs to the method dpo.");
  refuseRewards(method, hyperparameters, options);
  if (method !== 'supervised' && options.sampled_prompts !== undefined)
    throw invalid(
      'lathe.sampled_prompts',
      "'lathe.sampled_prompts' belongs to the method supervised.",
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

/** What only jobs that learn from rewards may say, and what they may not say twice. */
function refuseRewards(
  method: Method,
  hyperparameters: ReinforcementHyperparameters,
  { reinforcement, early_stopping: stopping }: LatheOptions,
): void {
  if (method !== 'reinforcement') {
    if (reinforcement !== undefined)
      throw invalid(
        'lathe.reinforcement',
        "'lathe.reinforcement' belongs to the method reinforcement.",
      );
    if (stopping?.metric === 'reward')
      throw invalid(
        'lathe.early_stopping.metric',
        'Only jobs of the method reinforcement have rewards to watch; take another metric.',
      );
    return;
  }
  if (stopping !== undefined && stopping.metric !== 'reward')
    throw invalid(
      'lathe.early_stopping.metric',
      "What answers are worth is all that is known of them: a job of the method reinforcement watches the metric 'reward'.",
    );
  for (const [theirs, ours] of sameSettings)
    if (typeof hyperparameters[theirs] === 'number' && reinforcement?.[ours] !== undefined)
      throw invalid(
        `lathe.reinforcement.${ours}`,
        `'lathe.reinforcement.${ours}' and 'method.reinforcement.hyperparameters.${theirs}' set the same; give one.`,
      );
}

/** OpenAI's names and ours. */
const sameSettings = [
  ['compute_multiplier', 'group_size'],
  ['eval_interval', 'evaluate_every'],
  ['eval_samples', 'evaluation_samples'],
] as const;

/** From the method, or from the older place; the two may not disagree. */
function hyperparametersOf({ method, ...body }: CreateJob): AnyHyperparameters {
  const current: AnyHyperparameters | undefined =
    method?.type === 'dpo'
      ? method.dpo?.hyperparameters
      : method?.type === 'reinforcement'
        ? method.reinforcement.hyperparameters
        : method?.supervised?.hyperparameters;
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
