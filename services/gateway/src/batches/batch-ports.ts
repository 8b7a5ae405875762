import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Nats } from '@lathe/platform/nats/connection';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import type { Bodies } from '../bodies/bodies.ts';
import type { Inference } from '../chat/inference.ts';
import type { Place } from '../http/places.ts';
import type { Claim } from '../jobs/duplicates.ts';

/** What batches need. */
export type BatchPorts = Pick<Records, 'batches' | 'files' | 'models' | 'storedCompletions'> & {
  readonly nats: Nats;
  readonly artifacts: ArtifactStore;
  readonly claims: RecordStore<Claim>;
  /** Of what was deleted lately. */
  readonly places: RecordStore<Place>;
  readonly bodies: Bodies;
  readonly inference: Inference;
  readonly log: Logger;
  readonly now: () => number;
};

/** Limits and waits of batches; times are in milliseconds. */
export type BatchSettings = {
  readonly batchesOpen: number;
  readonly batchesKept: number;
  readonly batchLines: number;
  /** Largest line in bytes. */
  readonly maxJsonBytes: number;
  readonly batchSlots: number;
  readonly batchLineSlots: number;
  readonly batchWindowMs: number;
  readonly batchProgressMs: number;
  readonly batchTries: number;
  readonly batchPauseMs: number;
  readonly batchSweepMs: number;
  readonly maxDeliveries: number;
  readonly retryWindowMs: number;
  readonly idempotencyMs: number;
};
