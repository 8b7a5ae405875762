import type { Completion } from '@lathe/contracts/http/completion';
import { newId } from '@lathe/contracts/id';
import type { ReadChat } from '../bodies/body-task.ts';
import { failureOf } from '../http/failure.ts';
import { tellingLimits } from '../http/rate-limits.ts';
import { data, heartbeat, terminator } from '../http/server-sent-events.ts';
import { requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';
import type { ChatAsker, ChatPorts } from './chat.ts';
import { systemFingerprint, unfinished } from './chat-answer.ts';
import { afterFirstSign } from './chat-stream.ts';
import { createLogprobs } from './completion-logprobs.ts';
import type { CompletionPiece } from './inference.ts';

type Choice = Completion['choices'][number];

/** All answers of one request. Throws `model_not_found`, and what `Inference` throws. */
export async function completeText(
  ports: ChatPorts,
  asker: ChatAsker,
  request: ReadChat,
): Promise<Completion> {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'completions');
  const pieces = tellingLimits(ports.inference.complete(request, asker.signal), asker.onLimits);
  const texts = Array.from({ length: request.choices }, () => '');
  const logprobs = texts.map(() => createLogprobs());
  const reasons = new Map<number, Choice['finish_reason']>();
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      texts[piece.choice] += piece.text;
      logprobs[piece.choice]?.push(piece.logprobs ?? []);
    } else if (piece.kind === 'finish') reasons.set(piece.choice, piece.reason);
    else if (piece.kind === 'done') {
      const choices = texts.map((text, index): Choice => {
        const reason = reasons.get(index);
        if (reason === undefined) throw unfinished(`choice ${index}`);
        const told = request.logprobs ? (logprobs[index]?.all() ?? null) : null;
        return { index, text, logprobs: told, finish_reason: reason };
      });
      return { ...head(ports, request), choices, usage: piece.usage };
    }
  }
  throw unfinished('the usage');
}

/**
 * The answers as server-sent events. Throws what fails before the first sign of an answer; later failures are told
 * inside the stream.
 */
export async function streamText(
  ports: ChatPorts,
  asker: ChatAsker,
  request: ReadChat,
): Promise<AsyncIterable<string>> {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'completions');
  const answer = ports.inference.complete(request, asker.signal);
  const pieces = await afterFirstSign(tellingLimits(answer, asker.onLimits));
  return events(ports, request, pieces, (error) => {
    const { requestId, signal } = asker;
    if (signal.aborted) ports.log.debug({ requestId }, 'the client left a stream of text');
    else ports.log.warn({ err: error, requestId }, 'a stream of text failed');
  });
}

async function* events(
  ports: ChatPorts,
  request: ReadChat,
  pieces: AsyncIterable<CompletionPiece>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<string> {
  const { includeUsage } = request;
  const common = head(ports, request);
  const logprobs = Array.from({ length: request.choices }, () => createLogprobs());
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    data({ ...common, choices, ...(includeUsage ? { usage } : {}) });
  try {
    for await (const piece of pieces) {
      if (piece.kind === 'waiting') yield heartbeat;
      else if (piece.kind === 'text') {
        const { choice: index, text } = piece;
        const added = logprobs[index]?.push(piece.logprobs ?? []) ?? null;
        const told = request.logprobs ? added : null;
        yield chunk([{ index, text, logprobs: told, finish_reason: null }]);
      } else if (piece.kind === 'finish')
        yield chunk([
          { index: piece.choice, text: '', logprobs: null, finish_reason: piece.reason },
        ]);
      else if (piece.kind === 'done' && includeUsage) yield chunk([], piece.usage);
    }
    yield terminator;
  } catch (error) {
    onFailure(error);
    yield data(failureOf(error).body);
  }
}

function head({ now }: Pick<ChatPorts, 'now'>, { envelope }: ReadChat) {
  return {
    id: newId('text'),
    object: 'text_completion',
    created: Math.floor(now() / 1000),
    model: envelope.model,
    system_fingerprint: systemFingerprint,
  } as const;
}
