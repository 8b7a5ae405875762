import { datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { errorCodes, LatheError, toWireError, type WireError } from '@lathe/contracts/error';
import type { Estimate } from '@lathe/contracts/http/estimate';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import { type JobRecord, resolvedSettingsSchema } from '@lathe/contracts/job/record';
import type { JobNeeds } from '@lathe/contracts/message/job-needs';
import type { DataWorkOf } from '@lathe/contracts/record/data-work';
import { findJson } from '@lathe/platform/artifacts/read-json';
import type { NamedModels } from '@lathe/platform/records/named-model';
import { memoryFor, secondsFor } from '../jobs/job-pace.ts';
import { firstRecord } from '../jobs/job-request.ts';
import { checkReferences, type JobPorts } from '../jobs/jobs.ts';
import { placeIfQueued, type ShownPorts } from '../jobs/shown-jobs.ts';
import {
  createDataWork,
  type DataWorkLimits,
  type DataWorkPorts,
  doneBefore,
} from './data-work.ts';
import { diskNeeds } from './disk-needs.ts';
import { findInspectionReport, inspectionInput, usualSeed } from './inspections.ts';

export type EstimatePorts = JobPorts &
  DataWorkPorts &
  NamedModels &
  ShownPorts & {
    /** What a worker tells that the job would need. */
    readonly needsOf: (job: JobRecord) => Promise<JobNeeds>;
  };

type Asked = { readonly project: string; readonly requestId: string; readonly body: CreateJob };

/** All that the creation of the job would say against it, `checkMethod` included; empty: it would create it. Throws what is no verdict on the request. */
export async function creationRefusals(
  ports: JobPorts,
  { project, requestId, body }: Asked,
  checkMethod: () => Promise<unknown>,
): Promise<WireError[]> {
  const refusals: WireError[] = [];
  const told = (error: unknown): void => {
    if (!(error instanceof LatheError) || errorCodes[error.code].status >= 500) throw error;
    refusals.push(toWireError(error, 'checking the request'));
  };
  try {
    firstRecord(body, { id: '', project, requestId, nowMs: 0, seed: 0 });
  } catch (error) {
    told(error);
  }
  await checkMethod().catch(told);
  await checkReferences(ports, project, body).catch(told);
  return refusals;
}

/**
 * The inspection that reads the files of such a job: one that is there already, under way or succeeded, or a new one. Throws
 * what `inspectionInput` and `createDataWork` throw.
 */
export async function inspectionFor(
  ports: JobPorts & DataWorkPorts,
  { project, requestId, body: { training_file: fileId, ...body } }: Asked,
  limits: DataWorkLimits,
): Promise<DataWorkOf<'inspect'>> {
  // A job that names no method is supervised; an inspection goes by the rows.
  const job = { ...body, method: body.method ?? ({ type: 'supervised' } as const) };
  const input = await inspectionInput(ports, project, { fileId, body: job });
  return (
    (await doneBefore(ports, project, input)) ??
    (await createDataWork(ports, { project, requestId, input }, limits))
  );
}

/** What is told of a request that the creation would refuse. */
export function refusedEstimate(body: CreateJob, refusals: WireError[]): Estimate {
  return estimateObject({ body, refusals });
}

/** What is known of the job by the inspection of its files, as it is now. */
export async function estimateBy(
  ports: EstimatePorts,
  { project, requestId, body }: Asked,
  work: DataWorkOf<'inspect'>,
): Promise<Estimate> {
  const { id, state, error, input, result } = work;
  // A job is of the model itself, also where an alias is asked for.
  const job = { project, body: { ...body, model: input.model ?? body.model } };
  const report = await findInspectionReport(ports, work);
  const refusal = report?.refusal ?? error;
  const plan = report?.plan;
  const tokens = plan && plan.epochs * plan.trainTokens;
  const about = { id: '', project, requestId, nowMs: ports.now(), seed: usualSeed };
  const first: JobRecord = {
    ...firstRecord(job.body, about),
    ...(input.job.start && { start: input.job.start }),
    settings: await settingsOf(ports, work),
    datasetKey: result?.objects[inspectionObjects.manifest]?.key ?? null,
  };
  const isKnown = refusal === null && first.settings !== null && first.datasetKey !== null;
  const told = isKnown ? await ports.needsOf(first) : undefined;
  const memoryBytes =
    job.body.lathe?.memory_limit ?? told?.memoryBytes ?? (await memoryFor(ports.jobBriefs, job));
  const wouldBe = {
    ...first,
    // As much as it may need, where nobody has told: what is known to be too large alone is told.
    memoryBytes: memoryBytes ?? 0,
    ...(tokens !== undefined && { plannedTokens: tokens }),
  };
  return estimateObject({
    ...{ body, status: state, inspection: id },
    memory_bytes: memoryBytes,
    ...(told && plan && { disk_bytes: await diskOf(ports, first, { plan, told }) }),
    refusals: refusal === null ? [] : [refusal],
    ...(refusal === null && { queue: await placeIfQueued(ports, wouldBe) }),
    ...(report && { report }),
    ...(tokens !== undefined && {
      ...{ tokens, seconds: await secondsFor(ports.jobBriefs, { ...job, tokens }) },
    }),
  });
}

/** The settings that an inspection found; null where it has none, or not yet. */
async function settingsOf(
  { artifacts }: EstimatePorts,
  { result }: DataWorkOf<'inspect'>,
): Promise<JobRecord['settings']> {
  const key = result?.objects[inspectionObjects.settings]?.key;
  return key === undefined ? null : findJson(artifacts, key, resolvedSettingsSchema);
}

/** What the job would take of disks; null where its data set is gone meanwhile. */
async function diskOf(
  { artifacts }: EstimatePorts,
  { datasetKey, options }: JobRecord,
  { plan, told }: { readonly plan: NonNullable<InspectionReport['plan']>; readonly told: JobNeeds },
): Promise<Estimate['disk_bytes']> {
  if (datasetKey === null) return null;
  const manifest = await findJson(artifacts, datasetKey, datasetManifestSchema);
  if (manifest === null) return null;
  const { steps, epochs } = plan;
  const perEpoch = Math.max(1, Math.ceil(steps / epochs));
  const checkpointEvery = options.checkpoint_every ?? perEpoch;
  return diskNeeds(manifest, told.files, { steps, checkpointEvery });
}

type Known = Pick<Estimate, 'refusals'> &
  Partial<
    Pick<Estimate, 'status' | 'inspection' | 'seconds' | 'memory_bytes' | 'disk_bytes' | 'queue'>
  > & {
    readonly body: CreateJob;
    readonly report?: InspectionReport;
    readonly tokens?: number;
  };

function estimateObject({ report, tokens, ...known }: Known): Estimate {
  const plan = report?.plan;
  return {
    object: 'lathe.estimate',
    ...{ model: known.body.model, refusals: known.refusals },
    seed: known.body.seed ?? usualSeed,
    memory_bytes: known.memory_bytes ?? null,
    disk_bytes: known.disk_bytes ?? null,
    ...{ status: known.status ?? null, inspection: known.inspection ?? null },
    task: report?.task ?? null,
    training_rows: plan?.trainRows ?? null,
    held_out_rows: plan?.heldOutRows ?? null,
    detectable_gain: plan?.detectableGain ?? null,
    ...(plan?.shows !== undefined && { held_out_rows_show: plan.shows }),
    training_tokens: tokens ?? null,
    epochs: plan?.epochs ?? null,
    batch_size: plan?.batchSize ?? null,
    learning_rate: plan?.learningRate ?? null,
    steps: plan?.steps ?? null,
    seconds: known.seconds ?? null,
    queue: known.queue ?? null,
  };
}
