import { LatheError, toSentError } from '@lathe/contracts/error';
import { createFairPlaces, type Place } from '@lathe/platform/fair-places';
import { inUserTerms } from './engine-failure.ts';
import { type FromEngine, idOf, type ToEngine, toEngineSchema } from './engine-message.ts';
import type { ModelPool } from './model-pool.ts';
import { createSlots } from './slots.ts';

type Work = Extract<ToEngine, { kind: 'generate' | 'score' | 'predict' }>;

export type ServerPorts = {
  readonly pool: ModelPool;
  readonly chatSlots: number;
  readonly evaluationSlots: number;
  /** Bytes of keys and values that are kept of prompts. */
  readonly keptBytes: () => number;
  readonly send: (message: FromEngine) => void;
};

/**
 * Tokens that the prompts of one project may have which are read before their answers begin: a long one holds
 * others up, so that it is let in alone.
 */
const mostBeginningTokens = 512;

/** A piece of work that projects take turns for, and how many tokens it has to read. */
function sizeOf(work: Exclude<Work, { kind: 'score' }>): number {
  if (work.kind === 'generate') return work.request.tokens.length;
  return work.texts.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/**
 * The engine process's side: takes messages and does the work, several pieces in turns, which the
 * generator takes between two tokens. Chats and predictions share `chatSlots` places, for which projects take turns,
 * and evaluations have their own, so that neither waits for all of the other. A message that cannot be read fails the
 * work that it is about, no other.
 */
export function createEngineServer(ports: ServerPorts): (raw: unknown) => void {
  const running = new Map<number, AbortController>();
  const evaluations = createSlots(ports.evaluationSlots);
  const chats = createFairPlaces({
    count: ports.chatSlots,
    mostBeginning: mostBeginningTokens,
  });
  const placeFor = async (work: Work, signal: AbortSignal): Promise<Place> => {
    if (work.kind !== 'score' && work.urgency === 'chat')
      return chats.take(work.project, sizeOf(work), signal);
    return { begun() {}, charge() {}, release: await evaluations.take(signal) };
  };

  const run = async (work: Work, signal: AbortSignal): Promise<void> => {
    const place = await placeFor(work, signal);
    try {
      const model = await ports.pool.open(work.model);
      try {
        if (work.kind === 'score') {
          const { loss, supervisedTokens, logProbabilities } = await model.score(work.examples);
          const score = { loss, supervisedTokens, logProbabilities };
          ports.send({ kind: 'scored', id: work.id, ...score });
          return;
        }
        if (work.kind === 'predict') {
          const results = await model.predict(work, signal);
          ports.send({ kind: 'predicted', id: work.id, results });
          return;
        }
        const onRead = (cachedTokens: number): void => {
          // It was charged for as if it were read.
          place.charge(-cachedTokens);
          const keptBytes = ports.keptBytes();
          ports.send({ kind: 'read', id: work.id, cachedTokens, keptBytes });
        };
        // Whoever could find what others asked could tell by the time that an answer takes.
        const request = { ...work.request, scope: work.project, onRead };
        for await (const { token, logprob, top } of model.generate(request, signal)) {
          if (signal.aborted) break;
          place.begun();
          place.charge(1);
          ports.send({ kind: 'token', id: work.id, token, logprob, top: [...top] });
        }
        ports.send({ kind: 'end', id: work.id });
      } finally {
        model.close();
      }
    } finally {
      place.release();
    }
  };

  const start = (work: Work): void => {
    const controller = new AbortController();
    running.set(work.id, controller);
    run(work, controller.signal)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) ports.send(failure(work.id, error));
      })
      .finally(() => running.delete(work.id));
  };

  const refuse = (raw: unknown, cause: Error): void => {
    const id = idOf(raw);
    if (id === undefined) {
      console.error('a message that cannot be read:', cause.message);
      return;
    }
    const error = new LatheError('internal_error', 'The engine cannot read the request.', {
      cause,
    });
    ports.send(failure(id, error));
  };

  return (raw) => {
    const parsed = toEngineSchema.safeParse(raw);
    if (!parsed.success) return refuse(raw, parsed.error);
    const message = parsed.data;
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else if (message.kind === 'forget') ports.pool.forget(message.folder);
    else if (message.kind !== 'configure') start(message);
  };
}

function failure(id: number, error: unknown): FromEngine {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    kind: 'failed',
    id,
    error: toSentError(inUserTerms(error), 'computing the answer'),
    cause,
  };
}
