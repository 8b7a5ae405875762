import { isId } from '@lathe/contracts/id';
import { parseRecipe } from '@lathe/recipe/wire';
import type { StartingModel, StartJobRequest } from '../../generated/lathe/worker/v1/worker.ts';
import type { StartKey } from '../run/checkpoint-store.ts';
import type { RunRequest } from '../run/run-preparation.ts';

/** A start request as the worker's own type. Throws RangeError that names the field at fault. */
export function readStartRequest(request: StartJobRequest): RunRequest {
  const { requestId, project, jobId, epoch, datasetKey, baseModel, checkpointKey } = request;
  if (!isId('job', jobId)) throw new RangeError('job_id is not the id of a job');
  for (const [name, value] of Object.entries({
    request_id: requestId,
    project,
    dataset_key: datasetKey,
    base_model: baseModel,
  }))
    if (value === '') throw new RangeError(`${name} is missing`);
  return {
    requestId,
    project,
    jobId,
    epoch,
    datasetKey,
    baseModel,
    start: request.start === undefined ? null : readStart(request.start),
    recipe: parseRecipe(request.recipe),
    checkpointEvery: request.checkpointEvery ?? null,
    sampledPrompts: request.sampledPrompts ?? null,
    checkpointKey: checkpointKey === '' ? null : checkpointKey,
    memoryBytes: request.memoryBytes,
  };
}

function readStart({ manifestKey, kind }: StartingModel): StartKey {
  if (manifestKey === '') throw new RangeError('start.manifest_key is missing');
  if (kind !== 'adapter' && kind !== 'merged')
    throw new RangeError('start.kind is neither adapter nor merged');
  return { manifestKey, kind };
}
