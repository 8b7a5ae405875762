import { errorCodes, LatheError, toWireError } from '@lathe/contracts/error';
import { type ErrorBody, errorBody } from '@lathe/contracts/http/error';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import { LimitedError, rateLimitHeaders, retryHeaders } from './rate-limits.ts';

/** A body that names something which does not exist: the route exists, so the answer is 400, not 404. */
export class BadReference extends LatheError {
  readonly status = 400;
}

/** When to try again what is refused for the moment, where nobody knows better. */
const usualRetryMs = 1000;

/** An error as it goes over HTTP. */
export type Failure = {
  status: number;
  headers: Record<string, string>;
  body: ErrorBody;
};

/**
 * The HTTP answer for any thrown value; the cause stays private. The official client repeats 409,
 * 429 and 5xx by itself, so what cannot succeed by repeating says so in `x-should-retry`, and a 429 or 503 says when to.
 * So does any other of them where that is known.
 */
export function failureOf(thrown: unknown, step = 'answering'): Failure {
  const error = storeFailure(thrown) ?? thrown;
  const wire = toWireError(error, step);
  const status = error instanceof BadReference ? error.status : errorCodes[wire.code].status;
  const pointless = error instanceof LatheError && !error.retryable;
  const repeated = status === 409 || status === 429 || status >= 500;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (pointless && repeated) headers['x-should-retry'] = 'false';
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  const isForNow = status === 429 || status === 503;
  const retryAfterMs = wire.retryAfterMs ?? (isForNow ? usualRetryMs : undefined);
  if (retryAfterMs !== undefined) Object.assign(headers, retryHeaders(retryAfterMs));
  if (error instanceof LimitedError) Object.assign(headers, rateLimitHeaders(error.limits));
  return { status, headers, body: errorBody(wire) };
}

/** What a user is told of an artifact store that does not serve us; the log has the rest. */
function storeFailure(error: unknown): LatheError | undefined {
  if (!(error instanceof ArtifactError)) return undefined;
  switch (error.problem) {
    case 'unavailable':
    case 'denied':
      return new LatheError('unavailable', 'The artifact store cannot be reached now.', {
        cause: error,
      });
    case 'full':
      return new LatheError('unavailable', 'The artifact store is full.', { cause: error });
    default:
      return undefined;
  }
}
