import type { ChatCompletion } from '@lathe/contracts/http/chat';
import { newId } from '@lathe/contracts/id';
import type { RateLimits } from '@lathe/contracts/rate-limits';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { ReadChat } from '../bodies/body-task.ts';
import type { Asker } from '../bodies/chat-request.ts';
import { tellingLimits } from '../http/rate-limits.ts';
import { requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';
import { type AnswerHead, collectAnswer } from './chat-answer.ts';
import { afterFirstSign, answerEvents } from './chat-stream.ts';
import type { Inference } from './inference.ts';

export type ChatPorts = {
  readonly models: Records['models'];
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

/** One whole completion. Throws `model_not_found`, and what `Inference` throws. */
export async function completeChat(
  ports: ChatPorts,
  asker: ChatAsker,
  request: ReadChat,
): Promise<ChatCompletion> {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'chat');
  const pieces = ports.inference.answer(request, asker.signal);
  return collectAnswer(head(ports, request), tellingLimits(pieces, asker.onLimits));
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
  const pieces = await afterFirstSign(tellingLimits(answer, asker.onLimits));
  return answerEvents(head(ports, request), pieces, {
    includeUsage: request.includeUsage,
    onFailure(error) {
      const { requestId, signal } = asker;
      if (signal.aborted) ports.log.debug({ requestId }, 'the client left a chat stream');
      else ports.log.warn({ err: error, requestId }, 'a chat stream failed');
    },
  });
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
