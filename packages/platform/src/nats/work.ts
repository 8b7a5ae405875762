import { LatheError } from '@lathe/contracts/error';
import { type WorkMessage, workMessageSchema } from '@lathe/contracts/message/work';
import { type Stage, streams, workConsumer, workSubject } from '@lathe/contracts/subject';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Logger } from '../log.ts';
import type { Nats } from './connection.ts';
import { jsonOf } from './json.ts';
import { ask, untilLost } from './link.ts';
import { pause } from './pause.ts';

/** How a piece of work ended. */
export type WorkResult =
  /** Everything that it should change is stored. */
  | { readonly kind: 'done' }
  /** Deliver it again later, to any service of this stage. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** It is void, for example of an old epoch: never deliver it again. */
  | { readonly kind: 'drop'; readonly reason: string };

export type WorkContext = {
  /** Says that something moved: without it the message goes to another service after the ack wait. */
  progress(): void;
  /** Aborted at shutdown, and when the message was lost because nothing moved for too long. */
  readonly signal: AbortSignal;
  /** 1 at the first delivery. */
  readonly deliveries: number;
  readonly lastDelivery: boolean;
};

export type WorkHandler = (message: WorkMessage, context: WorkContext) => Promise<WorkResult>;

export type ConsumeOptions = {
  /** Pieces of work at a time. */
  readonly concurrency: number;
  /** Ends the consuming; running work sees its own signal aborted and is waited for. */
  readonly signal: AbortSignal;
  /** Called when work threw an error that no retry can cure, or threw at its last delivery. */
  readonly onFailure: (message: WorkMessage, error: unknown) => Promise<void>;
  /** Longest wait for a message before asking again. */
  readonly pollMs?: number;
  /** First delay after an error; it doubles with each delivery up to a minute. */
  readonly retryDelayMs?: number;
};

/**
 * Puts one message on a stage's queue. Publishing the same job, stage and epoch again within the
 * duplicate window changes nothing. Throws `unavailable` when the server stays away.
 */
export async function publishWork(nats: Nats, stage: Stage, message: WorkMessage): Promise<void> {
  const msgID = `${message.jobId}:${stage}:${message.epoch}`;
  const payload = JSON.stringify(message);
  await ask(nats, () => nats.jetstream.publish(workSubject(stage), payload, { msgID }));
}

/**
 * Takes a stage's work until the signal aborts. Resolves when all running work has ended. A server
 * that is away, or a consumer that vanished, is tried again with growing pauses.
 */
export async function consumeWork(
  nats: Nats,
  stage: Stage,
  handler: WorkHandler,
  options: ConsumeOptions,
): Promise<void> {
  const lanes = Array.from({ length: options.concurrency }, () =>
    consumeLane(nats, stage, handler, options),
  );
  await Promise.all(lanes);
}

async function consumeLane(
  nats: Nats,
  stage: Stage,
  handler: WorkHandler,
  options: ConsumeOptions,
): Promise<void> {
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      const consumer = await ask(nats, () =>
        nats.jetstream.consumers.get(streams.work.name, workConsumer(stage)),
      );
      const message = await nextMessage(nats, consumer, options);
      failures = 0;
      if (message !== null) await handleMessage(nats, consumer, message, handler, options);
    } catch (error) {
      if (options.signal.aborted || nats.connection.isClosed()) return;
      failures++;
      if (failures > 1) nats.log.warn({ err: error, stage }, 'cannot take work; trying again');
      await pause(Math.min(100 * 2 ** failures, 5000), options.signal);
    }
  }
}

/** One message, or null when none came in time or the signal aborted. Nothing is fetched ahead. */
async function nextMessage(
  nats: Nats,
  consumer: Consumer,
  options: ConsumeOptions,
): Promise<JsMsg | null> {
  const messages = await consumer.fetch({ max_messages: 1, expires: options.pollMs ?? 10_000 });
  const stop = (): void => void messages.close();
  options.signal.addEventListener('abort', stop, { once: true });
  const forget = nats.link.on('up', stop);
  if (options.signal.aborted) stop();
  try {
    for await (const message of messages) return message;
    return null;
  } finally {
    options.signal.removeEventListener('abort', stop);
    forget();
  }
}

async function handleMessage(
  nats: Nats,
  consumer: Consumer,
  message: JsMsg,
  handler: WorkHandler,
  options: ConsumeOptions,
): Promise<void> {
  const parsed = workMessageSchema.safeParse(jsonOf(message));
  if (!parsed.success) {
    nats.log.error({ subject: message.subject }, 'dropped a work message that cannot be read');
    message.term('unreadable');
    return;
  }
  const work = parsed.data;
  const log = nats.log.child({ jobId: work.jobId, requestId: work.requestId });
  const { config } = await consumer.info(true);
  const ackWaitMs = Number(config.ack_wait ?? 30_000_000_000) / 1e6;
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
  try {
    const result = await handler(work, context);
    if (!lease.signal.aborted) await settle(nats, message, result, log);
  } catch (error) {
    if (lease.signal.aborted) log.warn({ err: error }, 'work was lost: nothing moved for too long');
    else if (options.signal.aborted) message.nak();
    else if (lastDelivery || (error instanceof LatheError && !error.retryable)) {
      log.error({ err: error }, 'work failed for good');
      await options.onFailure(work, error);
      message.term('failed');
    } else {
      const first = options.retryDelayMs ?? 1000;
      const delayMs = Math.min(first * 2 ** (message.info.deliveryCount - 1), 60_000);
      log.warn({ err: error, delayMs }, 'work failed and is tried again');
      message.nak(delayMs);
    }
  } finally {
    lease.end();
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
  return {
    signal: controller.signal,
    progress: () => {
      moved = true;
    },
    end: () => clearInterval(timer),
  };
}
