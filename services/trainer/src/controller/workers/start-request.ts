import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { fromHttp, type HttpForm, snakeCase } from '@lathe/recipe/http-form';
import { type RecipeInput, recipeSchema } from '@lathe/recipe/recipe';
import { formatRecipe } from '@lathe/recipe/wire';
import type { EstimateRequest, StartJobRequest } from '../../generated/lathe/worker/v1/worker.ts';

type Reinforcement = NonNullable<RecipeInput['reinforcement']>;

/** What a worker needs to run a job. Throws an Error when ingest has left the record without data or settings. */
export function startRequest(
  record: JobRecord,
  checkpointKey: string | null,
  memoryBytes: number,
): StartJobRequest {
  return {
    ...runQuestion(record),
    requestId: record.requestId,
    jobId: record.id,
    epoch: record.epoch,
    start: record.start && { manifestKey: record.start.manifestKey, kind: record.start.kind },
    checkpointEvery: record.options.checkpoint_every,
    sampledPrompts: record.options.sampled_prompts,
    checkpointKey: checkpointKey ?? '',
    memoryBytes: Math.ceil(memoryBytes),
  };
}

/** What a job's run is, as far as its memory goes. Throws an Error as `startRequest` does. */
export function runQuestion(record: JobRecord): EstimateRequest {
  const { id, project, datasetKey, settings } = record;
  if (datasetKey === null || settings === null)
    throw new Error(`job ${id} came to training without dataset or settings`);
  const recipe = formatRecipe(recipeOf(record, settings));
  return { project, datasetKey, baseModel: baseModelOf(record), recipe };
}

/** Options of a job that say how it trains; the others are about its data, its evaluation and its worker. */
const trained = new Set(Object.keys(recipeSchema.shape).map(snakeCase));

/** Options that say how large a pass may be. */
const limits: ReadonlySet<string> = new Set(['micro_batch_tokens', 'memory_limit']);
/** A batch of texts that are told apart from each other takes one pass, which is as large as the batch and no larger. */
const roomForBatches = { microBatchTokens: 65_536 };

function recipeOf(
  { options, seed, microBatchTokens, grader }: JobRecord,
  settings: NonNullable<JobRecord['settings']>,
): RecipeInput {
  const { epochs, batchSize, learningRate, adaptation, preference, reinforcement, task } = settings;
  // The task is settled, with its labels, in the recipe's own words.
  const asked = Object.entries({
    ...options,
    task: undefined,
    reinforcement: undefined,
    adaptation,
    preference,
  });
  const form = Object.fromEntries(asked.filter(([name]) => trained.has(name)));
  // Names of graders and texts in them are the user's own, and stay as they are.
  const rewards =
    reinforcement && fromHttp<Reinforcement>(reinforcement as HttpForm<Reinforcement>);
  // What memory_limit allows, a run that took more does not get again.
  const most = options.memory_limit === undefined ? 'microBatchTokens' : 'mostPassTokens';
  return {
    ...fromHttp<RecipeInput>(form as HttpForm<RecipeInput>),
    ...{ epochs, batchSize, learningRate, seed },
    ...(task && { task }),
    ...(rewards && { reinforcement: { ...rewards, ...(grader && { grader }) } }),
    ...(task?.type === 'embedding' && !asked.some(([name]) => limits.has(name)) && roomForBatches),
    ...(microBatchTokens !== undefined && { [most]: microBatchTokens }),
  };
}
