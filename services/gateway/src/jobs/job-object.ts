import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { toHttp } from '@lathe/recipe/http-form';
import { reinforcementSchema } from '@lathe/recipe/reinforcement';

/** Answers to each prompt where `compute_multiplier` is 1. */
const usualGroup = reinforcementSchema.parse({}).groupSize;

/** The `fine_tuning.job` object of a record: resolved settings stand in place of `auto`. `queue`: where it waits. */
export function jobObject(record: JobRecord, queue?: JobObject['lathe']['queue']): JobObject {
  const method = methodOf(record);
  return {
    id: record.id,
    object: 'fine_tuning.job',
    created_at: record.createdAt,
    error: record.error,
    // The record names the model before its evaluation; the API when the job is over, however it ended.
    fine_tuned_model: isTerminal(record.state) ? record.fineTunedModel : null,
    finished_at: record.finishedAt,
    hyperparameters: method.type === 'supervised' ? method.supervised.hyperparameters : {},
    model: record.model,
    organization_id: record.project,
    result_files: record.resultFiles,
    seed: record.seed,
    status: record.state,
    trained_tokens: record.trainedTokens,
    training_file: record.trainingFile,
    validation_file: record.validationFile,
    estimated_finish: record.progress?.estimatedFinish ?? queue?.estimated_finish ?? null,
    integrations: [],
    metadata: record.metadata,
    method,
    lathe: {
      options: record.options,
      task: taskOf(record),
      step: record.progress?.step ?? null,
      total_steps: record.progress?.totalSteps ?? null,
      suffix: record.suffix,
      stopping: stoppingOf(record),
      evaluation: record.evaluation ?? null,
      queue: queue ?? null,
    },
  };
}

/** What a job was asked to do that has not happened yet; what works on it sees that after the step that it is in. */
function stoppingOf({ state, desired }: JobRecord): JobObject['lathe']['stopping'] {
  const isWorkedOn = state === 'running' || state === 'validating_files';
  return isWorkedOn && desired !== 'run' ? desired : null;
}

function taskOf({ settings, options }: JobRecord): JobObject['lathe']['task'] {
  if (settings === null) return options.task ?? null;
  const { task, preference } = settings;
  if (task !== undefined) return toHttp(task);
  return { type: preference === undefined ? 'generation' : 'preference' };
}

function methodOf({
  settings,
  hyperparameters: asked,
  method,
  grader,
}: JobRecord): JobObject['method'] {
  const hyperparameters = {
    n_epochs: settings?.epochs ?? asked.n_epochs ?? 'auto',
    batch_size: settings?.batchSize ?? asked.batch_size ?? 'auto',
    learning_rate_multiplier:
      settings?.learningRateMultiplier ?? asked.learning_rate_multiplier ?? 'auto',
  } as const;
  if (method === 'reinforcement' && grader !== undefined) {
    const known = settings?.reinforcement;
    const { compute_multiplier: compute = 'auto' } = asked;
    const own = {
      compute_multiplier:
        compute === 'auto' && known !== undefined ? known.group_size / usualGroup : compute,
      eval_interval: known?.evaluate_every ?? asked.eval_interval ?? 'auto',
      eval_samples: known?.evaluation_samples ?? asked.eval_samples ?? 'auto',
      ...(asked.reasoning_effort && { reasoning_effort: asked.reasoning_effort }),
    } as const;
    return {
      type: 'reinforcement',
      reinforcement: { grader, hyperparameters: { ...hyperparameters, ...own } },
    };
  }
  if (method !== 'dpo') return { type: 'supervised', supervised: { hyperparameters } };
  const beta = settings?.preference?.beta ?? asked.beta ?? 'auto';
  return { type: 'dpo', dpo: { hyperparameters: { ...hyperparameters, beta } } };
}
