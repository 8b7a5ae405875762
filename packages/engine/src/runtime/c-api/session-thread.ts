import { Worker } from 'node:worker_threads';
import '../no-telemetry.ts';
import type { FromSessions, ToSessions } from './messages.ts';

type Kind = FromSessions['kind'];
/** `held` is memory that the thread works on meanwhile: addresses alone would leave it to the collector. */
type Waiting = PromiseWithResolvers<FromSessions> & { readonly held: unknown };

/**
 * The thread that all sessions of the C API of this process live on: the one that calls a run computes a share of it, so
 * that this one stays free, and keeps its own arithmetic. It does not keep the process alive while nothing is asked of it.
 */
export class SessionThread {
  readonly #worker: Worker;
  /** Who waits for an answer, in the order in which they asked. */
  readonly #waiting: Waiting[] = [];
  #end: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL('./session-worker.ts', import.meta.url));
    this.#worker.unref();
    this.#worker.on('message', (message: FromSessions) => this.#next()?.resolve(message));
    this.#worker.on('error', (cause) => this.#stop(cause));
    this.#worker.on('exit', () => this.#stop(new Error('The thread of ONNX Runtime has ended.')));
  }

  /**
   * Asks, and waits for an answer of a kind; what is `held` is not collected until then. Throws with the thread's reason
   * when it fails.
   */
  async ask<Wanted extends Kind>(
    kind: Wanted,
    message: ToSessions,
    held?: unknown,
  ): Promise<FromSessions & { kind: Wanted }> {
    if (this.#end !== undefined) throw this.#end;
    const waiting = { ...Promise.withResolvers<FromSessions>(), held };
    if (this.#waiting.push(waiting) === 1) this.#worker.ref();
    this.#worker.postMessage(message);
    const answer = await waiting.promise;
    if (answer.kind === 'failed') throw new Error(answer.reason);
    if (answer.kind !== kind) throw new Error(`the thread of sessions answered ${answer.kind}`);
    return answer as FromSessions & { kind: Wanted };
  }

  /** Gives back an output that was lent, or that stayed. */
  giveBack(value: bigint): void {
    this.#worker.postMessage({ kind: 'give back', value } satisfies ToSessions);
  }

  #next(): Waiting | undefined {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    return waiting;
  }

  #stop(cause: Error): void {
    this.#end ??= cause;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#end);
  }
}

let started: Promise<SessionThread> | undefined;

/** The thread of sessions, started when first asked for. Throws where the C API cannot be called on this system. */
export function sessionThread(): Promise<SessionThread> {
  started ??= start();
  return started;
}

async function start(): Promise<SessionThread> {
  const thread = new SessionThread();
  await thread.ask('loaded', { kind: 'load' });
  return thread;
}
