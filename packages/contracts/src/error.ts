import { z } from 'zod';

/** What the API's error body may say in `type`. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'server_error';

/** The closed list of error codes: each has one HTTP status and one `type`. */
export const errorCodes = {
  invalid_value: { status: 400, type: 'invalid_request_error' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error' },
  missing_parameter: { status: 400, type: 'invalid_request_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_file_format: { status: 400, type: 'invalid_request_error' },
  file_not_ready: { status: 400, type: 'invalid_request_error' },
  context_length_exceeded: { status: 400, type: 'invalid_request_error' },
  unsupported_model: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  insufficient_permissions: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  invalid_state: { status: 409, type: 'invalid_request_error' },
  idempotency_conflict: { status: 422, type: 'invalid_request_error' },
  file_too_large: { status: 413, type: 'invalid_request_error' },
  unprocessable: { status: 422, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  cancelled: { status: 499, type: 'invalid_request_error' },
  internal_error: { status: 500, type: 'server_error' },
  training_failed: { status: 500, type: 'server_error' },
  worker_lost: { status: 500, type: 'server_error' },
  unavailable: { status: 503, type: 'server_error' },
  timeout: { status: 504, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: ErrorType }>;

export type ErrorCode = keyof typeof errorCodes;

export const errorCodeSchema = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/**
 * A failure whose message is meant for the user: one clear sentence that names the file, line or
 * field at fault. The technical cause goes into `cause` and from there to the log only.
 * @example throw new LatheError('not_found', 'There is no job "ftjob-1".', { param: 'fine_tuning_job_id' });
 */
export class LatheError extends Error {
  readonly code: ErrorCode;
  readonly param: string | null;
  /** Whether trying the same thing again may succeed (infrastructure), or cannot (the input). */
  readonly retryable: boolean;
  /** After how many milliseconds trying again is likely to succeed; null: nobody knows. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      param?: string | null;
      cause?: unknown;
      retryable?: boolean;
      retryAfterMs?: number | null;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'LatheError';
    this.code = code;
    this.param = options.param ?? null;
    this.retryable = options.retryable ?? mayPass(code);
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** Whether what has this code may be another time, as far as nobody knows better. */
function mayPass(code: ErrorCode): boolean {
  const { status } = errorCodes[code];
  return status >= 500 || status === 429;
}

/** The error as it stands in records, such as `job.error`. */
export const wireErrorSchema = z.object({
  code: errorCodeSchema.catch('internal_error'),
  message: z.string(),
  param: z.string().nullable(),
  retryAfterMs: z.number().int().min(0).optional(),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/** The error as it travels over NATS, and between processes and threads: who asked has to know whether asking again may help. */
export const sentErrorSchema = wireErrorSchema.extend({
  /** Where its code says otherwise. */
  retryable: z.boolean().optional(),
});
export type SentError = z.infer<typeof sentErrorSchema>;

/** A failure that is no user's business, in a step that may be named to one. */
class StepError extends Error {
  /** As it follows "while": `storing the report`. */
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(`failed while ${step}`, { cause });
    this.name = 'StepError';
    this.step = step;
  }
}

/** Does a step of some work; what fails in it unexpectedly is told with the step's name, the innermost where they nest. */
export async function inStep<T>(step: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof LatheError || error instanceof StepError) throw error;
    throw new StepError(step, error);
  }
}

/** What an error has that is about what Lathe itself stored: it is not as it was stored, or not there any more. */
export type StoreDamage = { readonly isStoreDamage: boolean };

/** Whether an error, or what caused it, is such a one. */
function isStoreDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('isStoreDamage' in error && error.isStoreDamage === true) || isStoreDamage(error.cause);
}

/**
 * Turns any thrown value into what may be told to a user: unknown failures keep their cause private, and name the step
 * that failed, which is `step` where no inner one is known. Of damage in the store it is told that it is one, since no
 * other request and no other try will fare better.
 */
export function toWireError(error: unknown, step: string): WireError {
  if (error instanceof LatheError) {
    const { code, message, param, retryAfterMs } = error;
    return { code, message, param, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  }
  const failed = isStoreDamage(error)
    ? 'Something that Lathe had stored was found damaged or gone'
    : 'Something failed inside Lathe';
  return {
    code: 'internal_error',
    message: `${failed} while ${error instanceof StepError ? error.step : step}; the log has the cause.`,
    param: null,
  };
}

/** The same for whoever asked, with whether asking again may help. */
export function toSentError(error: unknown, step: string): SentError {
  const wire = toWireError(error, step);
  if (!(error instanceof LatheError) || error.retryable === mayPass(error.code)) return wire;
  return { ...wire, retryable: error.retryable };
}

/** Rebuilds the error that travelled as `sent`. */
export function fromSentError(sent: SentError): LatheError {
  const { code, message, param, retryAfterMs = null, retryable } = sent;
  const known = retryable === undefined ? {} : { retryable };
  return new LatheError(code, message, { param, retryAfterMs, ...known });
}

/** Whether another try may succeed where the first failed, as far as the failure says: not one of the input. */
export function mayResume(error: unknown): boolean {
  return !(error instanceof LatheError) || error.retryable;
}
