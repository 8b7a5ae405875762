import { errorCodes, LatheError, toWireError } from '@lathe/contracts/error';
import { type ErrorBody, errorBody } from '@lathe/contracts/http/error';

/** A body that names something which does not exist: the route exists, so the answer is 400, not 404. */
export class BadReference extends LatheError {
  readonly status = 400;
}

/** An error as it goes over HTTP. */
export type Failure = {
  status: number;
  headers: Record<string, string>;
  body: ErrorBody;
};

/**
 * The HTTP answer for any thrown value; the cause stays private. The official client repeats 409,
 * 429 and 5xx by itself, so what cannot succeed by repeating says so in `x-should-retry`.
 */
export function failureOf(error: unknown): Failure {
  const wire = toWireError(error);
  const status = error instanceof BadReference ? error.status : errorCodes[wire.code].status;
  const pointless = error instanceof LatheError && !error.retryable;
  const repeated = status === 409 || status === 429 || status >= 500;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (pointless && repeated) headers['x-should-retry'] = 'false';
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { status, headers, body: errorBody(wire) };
}
