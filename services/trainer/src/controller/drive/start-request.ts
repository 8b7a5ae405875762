import type { Adaptation } from '@lathe/contracts/http/adaptation';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import type { StartJobRequest, TrainingSettings } from '../../generated/lathe/worker/v1/worker.ts';
import { camelKeys } from './camel-keys.ts';

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
    baseModel: baseModelOf(record),
    start: record.start && { manifestKey: record.start.manifestKey, kind: record.start.kind },
    settings: trainingSettings(record, record.settings),
    checkpointKey: checkpointKey ?? '',
    memoryBytes: Math.ceil(memoryBytes),
  };
}

function trainingSettings(
  { seed, options, microBatchTokens }: JobRecord,
  settings: NonNullable<JobRecord['settings']>,
): TrainingSettings {
  return {
    adaptation: adaptationMessage(settings.adaptation),
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    learningRate: settings.learningRate,
    seed,
    schedule: options.schedule,
    warmupRatio: options.warmup_ratio,
    warmupSteps: options.warmup_steps,
    minimumRate: options.minimum_rate,
    decayRatio: options.decay_ratio,
    optimizer: options.optimizer && {
      ...camelKeys(options.optimizer),
      type: options.optimizer.type ?? 'adamw',
    },
    weightDecay: options.weight_decay,
    maxGradientNorm: options.max_gradient_norm,
    labelSmoothing: options.label_smoothing,
    embeddingNoise: options.embedding_noise,
    layerRateDecay: options.layer_rate_decay,
    earlyStopping: options.early_stopping && camelKeys(options.early_stopping),
    packing: options.packing,
    maxTokens: options.max_tokens,
    microBatchTokens: microBatchTokens ?? options.micro_batch_tokens,
    recomputeActivations: options.recompute_activations,
    precision: options.precision,
    memoryLimit: options.memory_limit,
    checkpointEvery: options.checkpoint_every,
    preference: settings.preference && camelKeys(settings.preference),
  };
}

function adaptationMessage(adaptation: Adaptation): TrainingSettings['adaptation'] {
  switch (adaptation.type) {
    case 'full':
      return { $case: 'full', value: { random: adaptation.initial === 'random' } };
    case 'lora': {
      const { type: _, targets, ...numbers } = adaptation;
      const value = { ...camelKeys(numbers), targets: Array.isArray(targets) ? targets : [] };
      return { $case: 'lora', value };
    }
    case 'layers':
      return { $case: 'layers', value: { last: adaptation.last, names: adaptation.names ?? [] } };
    case 'ia3': {
      const { targets = [], feed_forward: feedForward = [] } = adaptation;
      return { $case: 'ia3', value: { targets, feedForward } };
    }
    case 'tokens':
      return { $case: 'tokens', value: { tokens: adaptation.tokens } };
    case 'prompt-tuning': {
      const { tokens: virtualTokens, initial, initial_tokens: tokens = [] } = adaptation;
      return { $case: 'promptTuning', value: { virtualTokens, initial, tokens } };
    }
    case 'prefix-tuning':
      return { $case: 'prefixTuning', value: { virtualTokens: adaptation.tokens } };
  }
}
