import { fromSentError, LatheError, type SentError } from '@lathe/contracts/error';
import type { RateLimits } from '@lathe/contracts/rate-limits';

/** A refusal by an evaluator that says how the project stands. */
export class LimitedError extends LatheError {
  readonly limits: RateLimits;

  constructor(error: LatheError, limits: RateLimits) {
    const { code, message, param, retryable, retryAfterMs } = error;
    super(code, message, { param, retryable, retryAfterMs });
    this.limits = limits;
  }
}

/** The error that an evaluator replied. */
export function repliedError(reply: {
  readonly error: SentError;
  readonly limits?: RateLimits | undefined;
}): LatheError {
  const error = fromSentError(reply.error);
  return reply.limits === undefined ? error : new LimitedError(error, reply.limits);
}

/** How a project stands, in the headers that OpenAI's clients know. */
export function rateLimitHeaders(limits: RateLimits): Record<string, string> {
  return {
    'x-ratelimit-limit-requests': String(limits.limitRequests),
    'x-ratelimit-remaining-requests': String(limits.remainingRequests),
    'x-ratelimit-reset-requests': durationText(limits.resetRequestsMs),
    'x-ratelimit-limit-tokens': String(limits.limitTokens),
    'x-ratelimit-remaining-tokens': String(limits.remainingTokens),
    'x-ratelimit-reset-tokens': durationText(limits.resetTokensMs),
  };
}

/** When to try again, in milliseconds and in the whole seconds of RFC 9110. */
export function retryHeaders(retryAfterMs: number): Record<string, string> {
  return {
    'retry-after-ms': String(retryAfterMs),
    'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
  };
}

/** `120ms`, `2.5s` and `1m30s`, as OpenAI writes them. */
function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 10) / 100;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}

type Accepted = { readonly kind: string; readonly limits?: RateLimits | undefined };

/** The same pieces; `onLimits` is told how the project stands when the request is accepted. */
export async function* tellingLimits<Piece extends Accepted>(
  pieces: AsyncGenerator<Piece, void>,
  onLimits: (limits: RateLimits) => void,
): AsyncGenerator<Piece, void> {
  for await (const piece of pieces) {
    if (piece.kind === 'accepted' && piece.limits !== undefined) onLimits(piece.limits);
    yield piece;
  }
}
