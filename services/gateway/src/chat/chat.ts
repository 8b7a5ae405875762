import type { ChatCompletion } from '@lathe/contracts/http/chat';
import { newId } from '@lathe/contracts/id';
import type { RateLimits } from '@lathe/contracts/rate-limits';
import type { Logger } from '@lathe/platform/log';
import type { NamedModels } from '@lathe/platform/records/named-model';
import type { ReadChat } from '../bodies/body-task.ts';
import type { Asker } from '../bodies/chat-request.ts';
import { tellingLimits } from '../http/rate-limits.ts';
import { requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';
import { type StorePorts, storeCompletion } from '../stored/store-completion.ts';
import { type AnswerHead, collectAnswer } from './chat-answer.ts';
import { afterFirstSign, answerEvents } from './chat-stream.ts';
import type { Inference, Piece } from './inference.ts';

export type ChatPorts = StorePorts &
  NamedModels & {
    readonly inference: Inference;
    readonly log: Logger;
    readonly now: () => number;
  };

/** Who asks; the signal fires when the client leaves. */
export type ChatAsker = Asker & {
  readonly signal: AbortSignal;
  /** Told how the project stands when an evaluator takes the request. */
  readonly onLimits: (limits: RateLimits) => void;
};

/**
 * One whole completion, under a new id unless one is given. Throws `model_not_found`, and what `Inference` and the store
 * throw.
 */
export async function completeChat(
  ports: ChatPorts,
  asker: ChatAsker,
  request: ReadChat,
  id = newId('completion'),
): Promise<ChatCompletion> {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'chat');
  const pieces = ports.inference.answer(request, asker.signal);
  const about = { ...head(ports, request), id };
  const answer = await collectAnswer(about, tellingLimits(pieces, asker.onLimits));
  const { toStore } = request;
  if (toStore !== undefined) await storeCompletion(ports, asker.project, { ...toStore, answer });
  return answer;
}

/**
 * A completion as server-sent events. Throws what fails before the first sign of an answer; later
 * failures are told inside the stream.
 */
export async function streamChat(
  ports: ChatPorts,
  asker: ChatAsker,
  request: ReadChat,
): Promise<AsyncIterable<string>> {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'chat');
  const answer = ports.inference.answer(request, asker.signal);
  const about = head(ports, request);
  const told = await afterFirstSign(tellingLimits(answer, asker.onLimits));
  const { toStore } = request;
  const store = (answer: ChatCompletion) =>
    toStore === undefined
      ? Promise.resolve()
      : storeCompletion(ports, asker.project, { ...toStore, answer });
  const pieces = toStore === undefined ? told : storing(about, told, store);
  return answerEvents(about, pieces, {
    includeUsage: request.includeUsage,
    onFailure(error) {
      const { requestId, signal } = asker;
      if (signal.aborted) ports.log.debug({ requestId }, 'the client left a chat stream');
      else ports.log.warn({ err: error, requestId }, 'a chat stream failed');
    },
  });
}

/** The pieces, the last of which comes when the whole answer is stored. Throws what storing throws. */
async function* storing(
  about: AnswerHead,
  pieces: AsyncIterable<Piece>,
  store: (answer: ChatCompletion) => Promise<void>,
): AsyncGenerator<Piece, void> {
  const all: Piece[] = [];
  for await (const piece of pieces) {
    all.push(piece);
    if (piece.kind === 'done') await store(await collectAnswer(about, all));
    yield piece;
  }
}

function head(ports: ChatPorts, { envelope, choices, logprobs }: ReadChat): AnswerHead {
  return {
    id: newId('completion'),
    created: Math.floor(ports.now() / 1000),
    model: envelope.model,
    choices,
    logprobs,
  };
}
