import { LatheError } from '@lathe/contracts/error';
import { type WorkMessage, workMessageSchema } from '@lathe/contracts/message/work';
import { workSubject } from '@lathe/contracts/subject';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Logger } from '../log/log.ts';
import { inLogContext } from '../log/log-context.ts';
import type { Nats } from './connection.ts';
import { publishEvent } from './events.ts';
import { isInfrastructure } from './infrastructure.ts';
import { jsonOf } from './json.ts';
import { untilLost } from './link.ts';
import { pause } from './pause.ts';
import { stages } from './setup.ts';
import type { ConsumeOptions, WorkHandler, WorkResult } from './work-handler.ts';

/** What one delivery needs to know of the consuming. */
export type Consuming = {
  readonly nats: Nats;
  readonly consumer: Consumer;
  readonly handler: WorkHandler;
  readonly options: ConsumeOptions;
  /** Puts the message on its queue once more; the same copy only once. */
  readonly publishCopy: (message: WorkMessage, copy: string) => Promise<void>;
};

/** Where what waits is a job. */
const hasEvents: ReadonlySet<string> = new Set(stages.map(workSubject));

/** Hands one message to the handler and settles it by what came of that. */
export async function deliverWork(consuming: Consuming, message: JsMsg): Promise<void> {
  const { nats } = consuming;
  const parsed = workMessageSchema.safeParse(jsonOf(message));
  if (!parsed.success) {
    nats.log.error({ subject: message.subject }, 'dropped a work message that cannot be read');
    message.term('unreadable');
    return;
  }
  const work = parsed.data;
  const { jobId, requestId } = work;
  await inLogContext({ jobId, requestId }, () => deliverParsed(consuming, message, work));
}

async function deliverParsed(
  consuming: Consuming,
  message: JsMsg,
  work: WorkMessage,
): Promise<void> {
  const { nats, consumer, handler, options } = consuming;
  const { log } = nats;
  const { config } = await consumer.info(true);
  const ackWaitMs = Number(config.ack_wait ?? 30_000_000_000) / 1e6;
  if (options.heldLong === true && wasHeldLong(message, ackWaitMs))
    return putBack(consuming, message, work);
  const lastDelivery =
    message.info.deliveryCount >= (config.max_deliver ?? Number.MAX_SAFE_INTEGER);
  const lease = keepLease(message, ackWaitMs);
  const signal = AbortSignal.any([options.signal, lease.signal]);
  const context = {
    progress: lease.progress,
    signal,
    deliveries: message.info.deliveryCount,
    lastDelivery,
  };
  const { subject } = message;
  const started = performance.now();
  log.debug({ subject, deliveries: context.deliveries }, 'took work');
  try {
    const result = await handler(work, context);
    if (!lease.signal.aborted) await settle(nats, message, result, log);
    const ms = Math.round(performance.now() - started);
    if (result.kind === 'done') log.info({ subject, ms }, 'did work');
  } catch (error) {
    if (lease.signal.aborted) log.warn({ err: error }, 'work was lost: nothing moved for too long');
    else if (options.signal.aborted) await putBack(consuming, message, work);
    else if (lastDelivery && isInfrastructure(error)) {
      const delayMs = retryDelay(message, options);
      log.warn({ err: error, delayMs }, 'work waits until what it needs is back');
      if (hasEvents.has(message.subject)) await tellOwner(nats, work);
      await lease.hold(delayMs, options.signal);
      await putBack(consuming, message, work);
    } else if (lastDelivery || (error instanceof LatheError && !error.retryable)) {
      log.error({ err: error }, 'work failed for good');
      await options.onFailure(work, error);
      message.term('failed');
    } else {
      const delayMs = retryDelay(message, options);
      log.warn({ err: error, delayMs }, 'work failed and is tried again');
      message.nak(delayMs);
    }
  } finally {
    lease.end();
  }
}

/** Tells the job's owner that it waits; not being able to is no reason for anything. Only jobs have events. */
async function tellOwner(nats: Nats, { project, jobId, epoch }: WorkMessage): Promise<void> {
  const what = { version: 1, project, jobId, name: 'log', level: 'warn', type: 'message' } as const;
  const message =
    'The job waits: a disk, the artifact store or the message server is full or away. It goes on when that is mended.';
  const event = { ...what, message, createdAt: Math.floor(Date.now() / 1000), data: {} };
  await publishEvent(nats, event, `waits:${epoch}`).catch((error: unknown) =>
    nats.log.debug({ err: error, jobId }, 'could not tell that a job waits'),
  );
}

function retryDelay({ info }: JsMsg, { retryDelayMs = 1000 }: ConsumeOptions): number {
  return Math.min(retryDelayMs * 2 ** (info.deliveryCount - 1), 60_000);
}

/**
 * Whether the deliveries so far were held for several ack waits each, on average. One that dies at once
 * comes back after a single ack wait, so a message that ends its services does not count as held.
 */
function wasHeldLong({ info }: JsMsg, ackWaitMs: number): boolean {
  const { deliveryCount, timestampNanos } = info;
  const ageMs = Date.now() - timestampNanos / 1e6;
  return deliveryCount > 1 && ageMs > 3 * ackWaitMs * deliveryCount;
}

/**
 * Puts the work back on its queue as if it had never been delivered: nobody failed at it. A crash
 * between the two steps leaves it there twice, which every handler must bear anyway.
 */
async function putBack(
  { nats, publishCopy }: Consuming,
  message: JsMsg,
  work: WorkMessage,
): Promise<void> {
  try {
    await publishCopy(work, String(message.seq));
    await untilLost(nats.link, () => message.ackAck());
  } catch (error) {
    nats.log.warn({ err: error }, 'could not put work back; one delivery is used');
    message.nak();
  }
}

async function settle(nats: Nats, message: JsMsg, result: WorkResult, log: Logger): Promise<void> {
  if (result.kind === 'retry') message.nak(result.delayMs);
  else if (result.kind === 'drop') {
    log.info({ reason: result.reason }, 'dropped work');
    message.term(result.reason);
  } else {
    try {
      await untilLost(nats.link, () => message.ackAck());
    } catch (error) {
      // The work is stored: delivered again, it finds everything done.
      log.warn({ err: error }, 'could not acknowledge finished work');
    }
  }
}

/**
 * Keeps the message ours for as long as something moves: a timer at a third of the ack wait sends
 * `working` only when `progress` was called since. Aborts when the server must have given it away.
 */
function keepLease(message: JsMsg, ackWaitMs: number) {
  const controller = new AbortController();
  let moved = true;
  let extendedAt = performance.now();
  const timer = setInterval(() => {
    if (moved) {
      moved = false;
      extendedAt = performance.now();
      message.working();
    } else if (performance.now() - extendedAt > ackWaitMs) {
      controller.abort(new Error(`nothing moved for ${Math.round(ackWaitMs / 1000)} seconds`));
      clearInterval(timer);
    }
  }, ackWaitMs / 3);
  const progress = (): void => {
    moved = true;
  };
  return {
    signal: controller.signal,
    progress,
    /** Waits so long, or until the signal aborts, and the message stays ours: at its last delivery it would be dead else. */
    hold: async (ms: number, until: AbortSignal): Promise<void> => {
      const moving = setInterval(progress, ackWaitMs / 6);
      progress();
      await pause(ms, until);
      clearInterval(moving);
    },
    end: () => clearInterval(timer),
  };
}
