import { fileKey } from '@lathe/contracts/artifact/key';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { processedFile } from '@lathe/contracts/record/file';
import { tunedModelName } from '@lathe/contracts/record/model';
import { recordKey } from '@lathe/contracts/subject';
import { wholeManifest } from '../../manifest.ts';
import type { RunOutcome } from '../../run-event.ts';
import type { ControllerPorts } from '../ports.ts';
import { publishCheckpoint, registerModel } from './checkpoints.ts';
import type { OwnedJob } from './owned-job.ts';

type Succeeded = Extract<RunOutcome, { $case: 'succeeded' }>['value'];

/**
 * Makes a finished training usable and hands the job to evaluation: checkpoint, model, result file,
 * then the record, then the queue. Every step can be done again. False: not all files of the model are in the store, and
 * nothing was done.
 */
export async function finishTraining(
  ports: ControllerPorts,
  job: OwnedJob,
  result: Succeeded,
): Promise<boolean> {
  const { record } = job;
  if ((await wholeManifest(ports.artifacts, result.manifestKey)) === null) return false;
  const { manifest, model } = await publishCheckpoint(ports, record, result.manifestKey);
  await ports.emit(record, {
    name: 'checkpoint',
    message: `Checkpoint created at step ${result.step}.`,
    data: { step: result.step, fine_tuned_model_checkpoint: model },
    dedupeId: `checkpoint:${result.step}`,
  });
  const { project, suffix, id: jobId } = record;
  const name = tunedModelName({ base: baseModelOf(record), project, suffix, jobId });
  await registerModel(ports, record, { name, manifestKey: result.manifestKey, manifest });
  const file = await storeResultFile(ports, record, result);
  const next = await job.change((stored) => ({
    stage: 'evaluate',
    epoch: stored.epoch + 1,
    worker: null,
    checkpointKey: result.manifestKey,
    // From here on the model answers, whatever comes of the evaluation.
    fineTunedModel: name,
    trainedTokens: result.trainedTokens,
    progress: {
      step: result.step,
      totalSteps: stored.progress?.totalSteps ?? result.step,
      estimatedFinish: null,
    },
    resultFiles: [...new Set([...stored.resultFiles, ...file])],
  }));
  await ports.emit(record, {
    name: 'log',
    message: `Training finished after ${result.step} steps.`,
    data: { step: result.step, trained_tokens: result.trainedTokens },
    dedupeId: 'training-finished',
  });
  await ports.queue(next, 'evaluate', { epoch: next.epoch });
  return true;
}

/** Offers the result table as a file of the project. Its id follows from the job's: again is the same file. */
async function storeResultFile(
  ports: ControllerPorts,
  record: JobRecord,
  { results }: Succeeded,
): Promise<string[]> {
  if (results === undefined) return [];
  const { project } = record;
  const id = record.id.replace('ftjob-', 'file-');
  const key = fileKey(project, id);
  const stored = await ports.artifacts.put(key, ports.artifacts.get(results.key));
  const filename = `${record.id}-results.csv`;
  const file = processedFile(
    { id, project, filename, purpose: 'fine-tune-results', key, ...stored },
    ports.now(),
  );
  await ports.files.put(recordKey(project, id), file);
  return [id];
}
