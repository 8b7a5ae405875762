import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckpointMetrics } from '@lathe/contracts/artifact/checkpoint';
import { checkpointPrefix, jobPrefix } from '@lathe/contracts/artifact/key';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Artifact } from '../../generated/lathe/worker/v1/worker.ts';
import { wholeManifest } from '../../manifest.ts';
import { baseStatesFolder, type FromEngine } from '../engine/engine-message.ts';
import { modelKind } from '../engine/model-kind.ts';
import { storeBaseStates } from './base-states.ts';
import { storeCheckpoint } from './checkpoint-store.ts';
import { type HistoryRow, resultTable } from './history.ts';
import { type OwnerCheck, requireOurs, SupersededError } from './run-owner.ts';
import type { RunRequest } from './run-preparation.ts';
import { type PatienceSettings, withPatience } from './store-patience.ts';

type Saved = Extract<FromEngine, { kind: 'saved' }>;

/** A run's way to the artifact store: one upload at a time, in order. */
export type RunUploads = {
  /** The newest whole checkpoint that a later run can resume from; an empty key: none. */
  readonly newest: { readonly step: number; readonly checkpointKey: string };
  /** Names the checkpoint that the run resumes from, which may be another than it was asked to. */
  resumeFrom(checkpointKey: string): void;
  /** Stores a saved folder and returns its manifest's key; the local folder goes. */
  store(saved: Saved, rows: readonly HistoryRow[]): Promise<string>;
  /**
   * Key of the checkpoint that holds the model of a step, stored by this run or by an earlier one of the
   * job. Throws when there is none.
   */
  published(step: number): Promise<string>;
  /** Stores the result table. */
  storeResults(step: number, rows: readonly HistoryRow[]): Promise<Artifact>;
  /** Resolves when every upload so far has ended, well or not. */
  idle(): Promise<void>;
};

export type UploadPorts = {
  readonly preparation: { readonly artifacts: ArtifactStore };
  readonly settings: PatienceSettings & {
    readonly uploadAttempts: number;
    readonly uploadBackoffMs: number;
  };
  readonly log: Logger;
  readonly now: () => number;
  /** Whether the run may go on: nobody cancelled it, nor must it stop. */
  readonly isWanted: () => boolean;
  readonly attempt: string;
  /** What is known now of whose the job is. */
  readonly owner: OwnerCheck;
  /** Told when the job went to another run: nobody wants what this one does. */
  readonly onSuperseded: () => void;
};

/** Uploads of one run. Each is tried again with growing pauses before it fails. */
export function createRunUploads(request: RunRequest, ports: UploadPorts): RunUploads {
  const { artifacts } = ports.preparation;
  const { project, jobId, epoch, baseModel, datasetKey } = request;
  const attempt = `${ports.attempt}-e${epoch}`;
  let newest = { step: 0, checkpointKey: request.checkpointKey ?? '' };
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(what: string, act: () => Promise<T>): Promise<T> => {
    const result = queue.then(() => retry(what, act));
    queue = result.catch(() => {});
    return result;
  };
  const retry = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++)
      try {
        return await withPatience(what, act, { ...ports, ...ports.settings });
      } catch (error) {
        if (error instanceof SupersededError) ports.onSuperseded();
        if (error instanceof SupersededError || tries >= ports.settings.uploadAttempts) throw error;
        ports.log.warn({ err: error, tries }, `could not store ${what}; trying again`);
        await sleep(ports.settings.uploadBackoffMs * 2 ** (tries - 1));
      }
  };

  const published = new Map<number, Promise<string>>();
  const findPublished = async (step: number): Promise<string> => {
    const ending = `-${String(step).padStart(9, '0')}/manifest.json`;
    for await (const { key } of artifacts.list(`${jobPrefix(project, jobId)}/checkpoints`))
      if (key.endsWith(ending) && (await wholeManifest(artifacts, key)) !== null) return key;
    throw new Error(`no checkpoint holds the model of step ${step}`);
  };
  const store = (saved: Saved, rows: readonly HistoryRow[]): Promise<string> =>
    inTurn(`the checkpoint of step ${saved.step}`, async () => {
      await requireOurs(ports.owner, request);
      // First, so that whoever resumes from the checkpoint finds them.
      await storeBaseStates(artifacts, request, join(saved.folder, baseStatesFolder));
      const key = await storeCheckpoint(artifacts, {
        project,
        jobId,
        epoch,
        attempt,
        baseModel,
        datasetKey,
        step: saved.step,
        folder: saved.folder,
        parts: partsOf(saved),
        kind: modelKind(request),
        history: rows,
        metrics: metricsAt(saved.step, rows),
        // A worker that was frozen meanwhile leaves nothing that others would find.
        beforeVisible: () => requireOurs(ports.owner, request),
      });
      if (saved.why !== 'final') newest = { step: saved.step, checkpointKey: key };
      // It is stored: half a folder must not be stored once more.
      await rm(saved.folder, { recursive: true, force: true }).catch((error: unknown) =>
        ports.log.warn({ err: error }, 'a saved folder is left until the run is over'),
      );
      return key;
    });

  return {
    get newest() {
      return newest;
    },
    resumeFrom: (checkpointKey) => {
      newest = { step: 0, checkpointKey };
    },
    store(saved, rows) {
      const stored = store(saved, rows);
      if (saved.model !== null) published.set(saved.step, stored);
      return stored;
    },
    published: (step) => published.get(step) ?? findPublished(step),
    storeResults: (step, rows) =>
      inTurn('the result table', async () => {
        const key = `${checkpointPrefix(project, jobId, attempt, step)}/results.csv`;
        return { key, ...(await artifacts.put(key, Buffer.from(resultTable(rows)))) };
      }),
    idle: async () => {
      await queue;
    },
  };
}

/** What a saved folder holds. */
function partsOf({ why, model }: Saved): ('model' | 'state')[] {
  return [
    ...(model === null ? [] : ['model' as const]),
    ...(why === 'final' ? [] : ['state' as const]),
  ];
}

function metricsAt(step: number, rows: readonly HistoryRow[]): CheckpointMetrics {
  const row = rows.findLast((one) => one.step === step);
  if (row === undefined) return { step };
  const { validLoss, validTokenAccuracy } = row;
  return {
    step,
    train_loss: row.loss,
    train_mean_token_accuracy: row.tokenAccuracy,
    ...(validLoss === undefined ? {} : { valid_loss: validLoss, full_valid_loss: validLoss }),
    ...(validTokenAccuracy === undefined
      ? {}
      : {
          valid_mean_token_accuracy: validTokenAccuracy,
          full_valid_mean_token_accuracy: validTokenAccuracy,
        }),
  };
}
