import type { JobRecord } from '@lathe/contracts/job/record';
import type { StartJobRequest, TrainingSettings } from '../generated/lathe/worker/v1/worker.ts';

/**
 * What a worker needs to run a job. Throws an Error when ingest has left the record without data or
 * settings.
 */
export function startRequest(
  record: JobRecord,
  checkpointKey: string | null,
  memoryBytes: number,
): StartJobRequest {
  if (record.datasetKey === null || record.settings === null)
    throw new Error(`job ${record.id} came to training without dataset or settings`);
  return {
    requestId: record.requestId,
    project: record.project,
    jobId: record.id,
    epoch: record.epoch,
    datasetKey: record.datasetKey,
    baseModel: record.model,
    settings: trainingSettings(record, record.settings),
    checkpointKey: checkpointKey ?? '',
    memoryBytes: Math.ceil(memoryBytes),
  };
}

function trainingSettings(
  { seed, options }: JobRecord,
  settings: NonNullable<JobRecord['settings']>,
): TrainingSettings {
  const { adaptation } = settings;
  return {
    adaptation:
      adaptation.type === 'full'
        ? { $case: 'full', value: {} }
        : {
            $case: 'lora',
            value: {
              rank: adaptation.rank,
              alpha: adaptation.alpha,
              dropout: adaptation.dropout,
              targets: Array.isArray(adaptation.targets) ? adaptation.targets : [],
            },
          },
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    learningRate: settings.learningRate,
    seed,
    schedule: options.schedule,
    warmupRatio: options.warmup_ratio,
    weightDecay: options.weight_decay,
    maxGradientNorm: options.max_gradient_norm,
    packing: options.packing,
    maxTokens: options.max_tokens,
    checkpointEvery: options.checkpoint_every,
  };
}
