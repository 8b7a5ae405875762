import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckpointMetrics } from '@lathe/contracts/artifact/checkpoint';
import { checkpointPrefix } from '@lathe/contracts/artifact/key';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Artifact } from '../generated/lathe/worker/v1/worker.ts';
import { storeCheckpoint } from './checkpoint-store.ts';
import type { FromEngine } from './engine-message.ts';
import { type HistoryRow, resultTable } from './history.ts';
import type { RunRequest } from './run-preparation.ts';

type Saved = Extract<FromEngine, { kind: 'saved' }>;

/** A run's way to the artifact store: one upload at a time, in order. */
export type RunUploads = {
  /** The newest whole checkpoint that a later run can resume from; an empty key: none. */
  readonly newest: { readonly step: number; readonly checkpointKey: string };
  /** Stores a saved folder and returns its manifest's key; the local folder goes. */
  store(saved: Saved, rows: readonly HistoryRow[]): Promise<string>;
  /** Stores the result table. */
  storeResults(step: number, rows: readonly HistoryRow[]): Promise<Artifact>;
  /** Resolves when every upload so far has ended, well or not. */
  idle(): Promise<void>;
};

export type UploadPorts = {
  readonly preparation: { readonly artifacts: ArtifactStore };
  readonly settings: { readonly uploadAttempts: number; readonly uploadBackoffMs: number };
  readonly log: Logger;
  readonly attempt: string;
};

/** Uploads of one run. Each is tried again with growing pauses before it fails. */
export function createRunUploads(request: RunRequest, ports: UploadPorts): RunUploads {
  const { artifacts } = ports.preparation;
  const { project, jobId, epoch, baseModel } = request;
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
        return await act();
      } catch (error) {
        if (tries >= ports.settings.uploadAttempts) throw error;
        ports.log.warn({ err: error, tries }, `could not store ${what}; trying again`);
        await sleep(ports.settings.uploadBackoffMs * 2 ** (tries - 1));
      }
  };

  return {
    get newest() {
      return newest;
    },
    store: (saved, rows) =>
      inTurn(`the checkpoint of step ${saved.step}`, async () => {
        const key = await storeCheckpoint(artifacts, {
          project,
          jobId,
          epoch,
          attempt,
          baseModel,
          step: saved.step,
          folder: saved.folder,
          kind: request.settings.adaptation.type === 'lora' ? 'adapter' : 'merged',
          history: rows,
          metrics: metricsAt(saved.step, rows),
        });
        if (saved.why !== 'final') newest = { step: saved.step, checkpointKey: key };
        await rm(saved.folder, { recursive: true, force: true });
        return key;
      }),
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
