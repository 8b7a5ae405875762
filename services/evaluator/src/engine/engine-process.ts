import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { fromSentError, LatheError } from '@lathe/contracts/error';
import type { GeneratedToken } from '@lathe/engine/generator';
import { startChild, type WatchedChild } from '@lathe/platform/child-process';
import type { Logger } from '@lathe/platform/log';
import { outsideLogContext } from '@lathe/platform/log-context';
import type { Metrics } from '@lathe/platform/metrics';
import type { Engine, EngineScore, LoadedModel } from './engine.ts';
import { EngineLostError } from './engine-lost.ts';
import {
  type EngineConfiguration,
  type FromEngine,
  fromEngineSchema,
  idOf,
  type ToEngine,
} from './engine-message.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';

export type EngineProcessSettings = Omit<EngineConfiguration, 'kind'> & {
  /** Silence of a working process after which it is killed. */
  readonly engineSilenceMs: number;
  /** Environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type EngineProcessPorts = {
  readonly log: Logger;
  /** Where the tokens of prompts are counted. */
  readonly metrics?: Metrics | undefined;
  /** Told what the process has in memory, whenever that changes. */
  readonly onLoaded?: (models: readonly LoadedModel[]) => void;
};

/** An engine in a process of its own. */
export type EngineProcess = Engine & {
  /** The process that runs now, if any: for tests that kill it. */
  readonly pid: number | undefined;
  /** Ends the process; what is being worked on fails. */
  stop(): Promise<void>;
};

/** A piece of work in hand. The pieces of one owner share a signal. */
type Open = { readonly mailbox: Mailbox<FromEngine>; readonly signal: AbortSignal };

type Running = { readonly child: WatchedChild<ToEngine>; readonly open: Map<number, Open> };

/**
 * Runs models in a child process, forked from `program` at the first request and again after a
 * crash. When it dies or hangs, every request in hand fails with EngineLostError, a retryable `unavailable`.
 */
export function createEngineProcess(
  program: string,
  settings: EngineProcessSettings,
  { log, metrics, onLoaded }: EngineProcessPorts,
): EngineProcess {
  let running: Running | undefined;
  let lastId = 0;
  let isStopped = false;

  const start = (): Running => {
    if (isStopped) throw new LatheError('unavailable', 'The evaluator is stopping.');
    return outsideLogContext(launch);
  };

  const launch = (): Running => {
    const { engineSilenceMs, environment, ...configuration } = settings;
    const open: Running['open'] = new Map();
    const child = startChild<ToEngine>(program, {
      environment,
      serialization: 'advanced',
      silenceMs: () => (open.size === 0 ? undefined : engineSilenceMs),
      lookMs: Math.min(1000, engineSilenceMs / 4),
      onMessage(raw) {
        const parsed = fromEngineSchema.safeParse(raw);
        if (!parsed.success) return onUnreadable(raw, parsed.error, open);
        const message = parsed.data;
        if (message.kind === 'loaded') return onLoaded?.(message.models);
        if (message.kind === 'failed') log.error({ cause: message.cause }, 'the engine failed');
        open.get(message.id)?.mailbox.put(message);
      },
      onError: (error) => log.error({ err: error }, 'the engine process has a problem'),
      onEnd(end) {
        if (running?.child === child) running = undefined;
        if (!isStopped) log.error(end, 'the engine process ended unexpectedly');
        metrics?.set('lathe_prefix_cache_bytes', {}, 0);
        onLoaded?.([]);
        const owners = new Set([...open.values()].map((each) => each.signal));
        for (const { mailbox } of open.values())
          mailbox.fail(new EngineLostError(owners.size === 1));
      },
    });
    child.send({ kind: 'configure', ...configuration });
    log.info({ pid: child.pid }, 'started the engine process');
    return { child, open };
  };

  /** An answer that cannot be read fails its own request; whose it is may be unknown, and then silence ends that. */
  const onUnreadable = (raw: unknown, cause: Error, open: Running['open']): void => {
    log.error({ err: cause }, 'the engine said what cannot be read');
    const id = idOf(raw);
    if (id === undefined) return;
    const text = 'The engine gave an answer that cannot be read.';
    open.get(id)?.mailbox.fail(new LatheError('internal_error', text, { cause, retryable: false }));
  };

  /** Sends a piece of work and hands out what is answered about it, in order. */
  async function* ask(
    message: (id: number) => ToEngine,
    signal: AbortSignal,
  ): AsyncGenerator<FromEngine, void> {
    signal.throwIfAborted();
    running ??= start();
    const { child, open } = running;
    const id = ++lastId;
    const mailbox = createMailbox<FromEngine>();
    open.set(id, { mailbox, signal });
    const onAbort = (): void => mailbox.fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    let isOver = false;
    try {
      child.send(message(id));
      for (;;) {
        const answer = await mailbox.take();
        isOver = answer.kind !== 'token' && answer.kind !== 'read';
        if (answer.kind === 'failed') throw fromSentError(answer.error);
        yield answer;
        if (isOver) return;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      open.delete(id);
      if (!isOver) child.send({ kind: 'cancel', id });
    }
  }

  const countPrompt = (
    tokens: number,
    { cachedTokens, keptBytes }: Extract<FromEngine, { kind: 'read' }>,
  ): void => {
    metrics?.count('lathe_prompt_tokens_total', { source: 'cache' }, cachedTokens);
    metrics?.count('lathe_prompt_tokens_total', { source: 'read' }, tokens - cachedTokens);
    metrics?.set('lathe_prefix_cache_bytes', {}, keptBytes);
  };

  return {
    get pid() {
      return running?.child.pid;
    },
    async *generate(
      model,
      request,
      { urgency, project, signal, onRead },
    ): AsyncGenerator<GeneratedToken, void> {
      const work = { model, urgency, project, request };
      for await (const answer of ask((id) => ({ kind: 'generate', id, ...work }), signal)) {
        if (answer.kind === 'token') yield answer;
        else if (answer.kind === 'read') {
          countPrompt(request.tokens.length, answer);
          onRead?.(answer.cachedTokens);
        } else if (answer.kind !== 'end') throw otherAnswer('generate', answer);
      }
    },
    async score(model, examples, signal): Promise<EngineScore> {
      const work = { model, examples: examples.map(plain) };
      for await (const answer of ask((id) => ({ kind: 'score', id, ...work }), signal))
        if (answer.kind === 'scored') return answer;
        else throw otherAnswer('score', answer);
      throw new Error('the engine answered nothing to a score request');
    },
    async predict(model, { question, texts }, { urgency, project, signal }) {
      const places =
        question.kind === 'masked-lm' ? { places: question.places.map(copied) } : undefined;
      const work = {
        ...{ model, urgency, project },
        question: { ...question, ...places } as PredictWork['question'],
        texts: texts.map(({ tokens, types }) => ({
          tokens: copied(tokens),
          ...(types && { types: copied(types) }),
        })),
      };
      for await (const answer of ask((id) => ({ kind: 'predict', id, ...work }), signal))
        if (answer.kind === 'predicted') return answer.results;
        else throw otherAnswer('predict', answer);
      throw new Error('the engine answered nothing to a question');
    },
    forget(folder) {
      running?.child.send({ kind: 'forget', folder });
    },
    async stop() {
      isStopped = true;
      await running?.child.kill();
    },
  };
}

type PredictWork = Extract<ToEngine, { kind: 'predict' }>;

/** Of its own memory: a view would carry the whole along. */
function copied(values: Int32Array): Int32Array<ArrayBuffer> {
  return Int32Array.from(values);
}

/** Copies: a view on a shard would carry the whole shard along. */
function plain({ tokens, supervised }: ShardExample) {
  return { tokens: Int32Array.from(tokens), supervised: Uint8Array.from(supervised) };
}

function otherAnswer(work: ToEngine['kind'], answer: FromEngine): Error {
  return new Error(`the engine answered ${answer.kind} to ${work}`);
}
