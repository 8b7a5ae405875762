import { failureOf } from '../http/failure.ts';
import { data, heartbeat, terminator } from '../http/server-sent-events.ts';
import { type AnswerHead, systemFingerprint } from './chat-answer.ts';
import type { Piece } from './inference.ts';

/**
 * The pieces as server-sent events: for each choice a chunk with the role, chunks with text and calls and one
 * with the reason it ended; then the usage when asked for. A failure becomes a `data:` object
 * with `error`, which the official client throws, and no `[DONE]` follows. `onFailure` sees it first.
 */
export async function* answerEvents(
  head: AnswerHead,
  pieces: AsyncIterable<Piece>,
  options: { readonly includeUsage: boolean; readonly onFailure: (error: unknown) => void },
): AsyncGenerator<string> {
  const chunk = chunkMaker(head, options.includeUsage);
  try {
    for (let index = 0; index < head.choices; index++)
      yield data(chunk(index, { role: 'assistant', content: '', refusal: null }, null));
    for await (const piece of pieces) {
      if (piece.kind === 'waiting') yield heartbeat;
      else if ('logprobs' in piece) {
        const logprobs = head.logprobs ? { content: piece.logprobs ?? [], refusal: null } : null;
        yield data(chunk(piece.choice, deltaOf(piece), null, logprobs));
      } else if (piece.kind === 'finish') yield data(chunk(piece.choice, {}, piece.reason));
      else if (piece.kind === 'done' && options.includeUsage)
        yield data({ ...chunk(0, {}, null), choices: [], usage: piece.usage });
    }
    yield terminator;
  } catch (error) {
    options.onFailure(error);
    yield data(failureOf(error).body);
  }
}

type CallDelta = {
  index: number;
  id?: string;
  type?: 'function';
  function: { name?: string; arguments: string };
};
type Delta = {
  role?: 'assistant';
  content?: string;
  refusal?: null;
  tool_calls?: [CallDelta];
};

/** What a piece adds to the message: a call comes with its id and name first, then its arguments in pieces. */
function deltaOf(piece: Extract<Piece, { kind: 'text' | 'call' | 'arguments' }>): Delta {
  if (piece.kind === 'text') return { content: piece.text };
  const { index } = piece;
  if (piece.kind === 'arguments')
    return { tool_calls: [{ index, function: { arguments: piece.text } }] };
  const { id, name } = piece;
  return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
}

/** Chunks carry `usage: null` only when the usage was asked for. */
function chunkMaker(head: AnswerHead, includeUsage: boolean) {
  const common = {
    id: head.id,
    object: 'chat.completion.chunk',
    created: head.created,
    model: head.model,
    system_fingerprint: systemFingerprint,
  };
  return (index: number, delta: Delta, reason: string | null, logprobs: unknown = null) => ({
    ...common,
    choices: [{ index, delta, logprobs, finish_reason: reason }],
    ...(includeUsage ? { usage: null } : {}),
  });
}

/**
 * Waits for the first sign of an answer, so that a request that fails at once gets a proper HTTP
 * status. Returns the same pieces, from the beginning.
 */
export async function afterFirstSign<Piece extends { readonly kind: string }>(
  pieces: AsyncGenerator<Piece, void>,
): Promise<AsyncGenerator<Piece, void>> {
  let first = await pieces.next();
  while (first.done !== true && first.value.kind === 'accepted') first = await pieces.next();
  return (async function* () {
    try {
      if (first.done !== true) yield first.value;
      yield* pieces;
    } finally {
      await pieces.return();
    }
  })();
}
