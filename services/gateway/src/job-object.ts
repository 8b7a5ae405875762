import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord } from '@lathe/contracts/job/record';

/** The `fine_tuning.job` object of a record: resolved settings stand in place of `auto`. */
export function jobObject(record: JobRecord): JobObject {
  const { settings } = record;
  const hyperparameters =
    settings === null
      ? {
          n_epochs: record.hyperparameters.n_epochs ?? 'auto',
          batch_size: record.hyperparameters.batch_size ?? 'auto',
          learning_rate_multiplier: record.hyperparameters.learning_rate_multiplier ?? 'auto',
        }
      : {
          n_epochs: settings.epochs,
          batch_size: settings.batchSize,
          learning_rate_multiplier: settings.learningRateMultiplier,
        };
  return {
    id: record.id,
    object: 'fine_tuning.job',
    created_at: record.createdAt,
    error: record.error,
    fine_tuned_model: record.fineTunedModel,
    finished_at: record.finishedAt,
    hyperparameters,
    model: record.model,
    organization_id: record.project,
    result_files: record.resultFiles,
    seed: record.seed,
    status: record.state,
    trained_tokens: record.trainedTokens,
    training_file: record.trainingFile,
    validation_file: record.validationFile,
    estimated_finish: record.progress?.estimatedFinish ?? null,
    integrations: [],
    metadata: record.metadata,
    method: { type: 'supervised', supervised: { hyperparameters } },
    lathe: {
      options: record.options,
      step: record.progress?.step ?? null,
      total_steps: record.progress?.totalSteps ?? null,
      evaluation: record.evaluation ?? null,
    },
  };
}
