import { isId } from '@lathe/contracts/id';
import type {
  EarlyStopping,
  StartingModel,
  StartJobRequest,
  TrainingSettings,
} from '../../generated/lathe/worker/v1/worker.ts';
import { type RunSettings, runSettingsSchema } from '../engine/run-settings.ts';
import type { RunRequest, StartKey } from '../run/run-preparation.ts';

/** A start request as the worker's own type. Throws RangeError that names the field at fault. */
export function readStartRequest(request: StartJobRequest): RunRequest {
  const { requestId, project, jobId, epoch, datasetKey, baseModel, checkpointKey, settings } =
    request;
  if (!isId('job', jobId)) throw new RangeError('job_id is not the id of a job');
  for (const [name, value] of Object.entries({
    request_id: requestId,
    project,
    dataset_key: datasetKey,
    base_model: baseModel,
  }))
    if (value === '') throw new RangeError(`${name} is missing`);
  if (settings === undefined) throw new RangeError('settings is missing');
  return {
    requestId,
    project,
    jobId,
    epoch,
    datasetKey,
    baseModel,
    start: request.start === undefined ? null : readStart(request.start),
    settings: readSettings(settings),
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

function readSettings(settings: TrainingSettings): RunSettings {
  const { adaptation, optimizer, earlyStopping, preference, ...rest } = settings;
  if (adaptation === undefined) throw new RangeError('settings.adaptation is missing');
  const parsed = runSettingsSchema.safeParse({
    ...rest,
    ...readAdaptation(adaptation),
    optimizer: optimizer && set(optimizer),
    preference: preference && set(preference),
    earlyStopping: earlyStopping && readEarlyStopping(earlyStopping),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RangeError(`settings.${issue?.path.join('.')}: ${issue?.message}`);
}

/** The engine's names of the methods. */
const methodNames = {
  full: 'full',
  lora: 'lora',
  layers: 'layers',
  ia3: 'ia3',
  tokens: 'tokens',
  promptTuning: 'prompt-tuning',
  prefixTuning: 'prefix-tuning',
} as const;

function readAdaptation({ $case, value }: NonNullable<TrainingSettings['adaptation']>): object {
  const type = methodNames[$case];
  if ($case !== 'full') return { adaptation: { ...set(value), type } };
  return { adaptation: { type }, ...(value.random && { initial: 'random' }) };
}

function readEarlyStopping({ metric, ...rest }: EarlyStopping): Record<string, unknown> {
  return set({ ...rest, metric: metric === 'token_accuracy' ? 'tokenAccuracy' : metric });
}

/** The fields of a message that are set: a list without members is not. */
function set(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]: [string, unknown]) =>
      Array.isArray(value) ? value.length > 0 : value !== undefined,
    ),
  );
}
