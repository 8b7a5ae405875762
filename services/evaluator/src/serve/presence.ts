import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { EvaluatorRecord } from '@lathe/contracts/record/evaluator';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { LoadedModel } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';

export type PresencePorts = {
  readonly evaluators: Records['evaluators'];
  readonly models: Pick<Models, 'ownerOf'>;
  readonly id: string;
  /** Bytes that its models may have in memory together. */
  readonly memoryBytes: number;
  readonly heartbeatMs: number;
  /** How long an announcement counts. */
  readonly leaseMs: number;
  readonly log: Logger;
};

/** Tells everyone that this evaluator is there and which models it has in memory. */
export type Presence = {
  /** Announces now that these are in memory. */
  loaded(models: readonly LoadedModel[]): void;
  /** Ends the heartbeats and takes the announcement back. */
  stop(): Promise<void>;
};

/** What this evaluator is called: after its machine, where there may be others, and new with each start. */
export function evaluatorId(): string {
  const machine = hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64);
  return `evaluator-${machine}-${randomBytes(3).toString('hex')}`;
}

/** Announces the evaluator now, at every heartbeat and whenever its models change; what fails is logged and tried again. */
export function announcePresence(ports: PresencePorts): Presence {
  const { evaluators, id, memoryBytes, leaseMs, log } = ports;
  let held: readonly LoadedModel[] = [];
  let writing = Promise.resolve();
  let isWaiting = false;

  const write = async (): Promise<void> => {
    isWaiting = false;
    const models = held.flatMap(({ folder, bytes, sinceMs }): EvaluatorRecord['models'] => {
      const owner = ports.models.ownerOf(folder);
      return owner === undefined ? [] : [{ ...owner, bytes, sinceMs }];
    });
    const announcedAt = Date.now();
    const expiresAt = announcedAt + leaseMs;
    await evaluators.put(id, { version: 1, id, memoryBytes, models, announcedAt, expiresAt });
  };
  // One at a time, so that the newest is the last; what waits tells all that came meanwhile.
  const refresh = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    writing = writing.then(write).catch((error: unknown) => {
      log.warn({ err: error }, 'could not announce which models are in memory');
    });
  };
  refresh();
  const timer = setInterval(refresh, ports.heartbeatMs);
  return {
    loaded(models) {
      held = models;
      refresh();
    },
    async stop() {
      clearInterval(timer);
      isWaiting = true;
      await writing;
      await evaluators.delete(id).catch((error: unknown) => {
        log.warn({ err: error }, 'the announcement of models is left to expire by itself');
      });
    },
  };
}
