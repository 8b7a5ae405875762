import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Nats } from '@lathe/platform/nats/connection';
import type { Records } from '@lathe/platform/records';
import type { NamedModels } from '@lathe/platform/records/named-model';
import type { RecordStore } from '@lathe/platform/records/port';
import type { Bodies } from '../bodies/bodies.ts';
import type { Inference } from '../chat/inference.ts';
import type { Place } from '../http/places.ts';
import type { Claim } from '../jobs/duplicates.ts';
import type { GatewaySettings } from '../settings.ts';

/** What batches need. */
export type BatchPorts = Pick<Records, 'batches' | 'files' | 'storedCompletions'> &
  NamedModels & {
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

/** What batches take of the gateway's limits and waits. */
export type BatchSettings = Pick<
  GatewaySettings,
  | 'batchesOpen'
  | 'batchesKept'
  | 'batchLines'
  | 'maxJsonBytes'
  | 'batchSlots'
  | 'batchLineSlots'
  | 'batchWindowMs'
  | 'batchProgressMs'
  | 'batchTries'
  | 'batchPauseMs'
  | 'batchSweepMs'
  | 'maxDeliveries'
  | 'retryWindowMs'
  | 'idempotencyMs'
>;
