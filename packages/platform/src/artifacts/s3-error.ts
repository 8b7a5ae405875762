import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactError, type ArtifactProblem } from './port.ts';
import { TransientAnswerError } from './s3-transport.ts';

/** Codes of connections that broke or never came about. */
const brokenConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
/** Answers that another try may turn into a success. */
const transientAnswer = new Set([
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'OperationAborted',
  'XMinioServerNotInitialized',
  'XMinioReadQuorum',
  'XMinioWriteQuorum',
]);
const full = new Set(['XMinioStorageFull', 'InsufficientStorage', 'QuotaExceeded']);
const denied = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AuthorizationHeaderMalformed',
  'AllAccessDisabled',
]);
/** The bucket or the upload was taken away under our hands: the whole work may succeed another time. */
const lost = new Set(['NoSuchBucket', 'NoSuchUpload']);
const untrusted = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|ERR_SSL_)/;
const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchObject', 'XMinioInvalidObjectName']);

/** The code of a server's answer or of a failed connection; empty when the error has none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Whether the server says that there is no such object. */
export function isMissing(error: unknown): boolean {
  return missing.has(codeOf(error));
}

/** Whether the upload that was named does not exist (any more). */
export function isUnknownUpload(error: unknown): boolean {
  return codeOf(error) === 'NoSuchUpload';
}

/** Whether a range begins behind the end of the object. */
export function isOutOfRange(error: unknown): boolean {
  return codeOf(error) === 'InvalidRange';
}

function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (full.has(code)) return false;
  return (
    brokenConnection.has(code) ||
    transientAnswer.has(code) ||
    error instanceof TransientAnswerError ||
    (error instanceof Error && error.message === 'aborted')
  );
}

/** The failure as callers tell it apart; the server's own error is its cause. */
export function artifactError(error: unknown, what: string): unknown {
  if (error instanceof ArtifactError) return error;
  const code = codeOf(error);
  const reason = code === '' ? String(error) : code;
  const failure = (problem: ArtifactProblem, message: string): ArtifactError =>
    new ArtifactError(problem, message, { cause: error });
  if (full.has(code)) return failure('full', `the artifact store is full (${code})`);
  if (denied.has(code))
    return failure(
      'denied',
      `the S3 server refuses the access key or what it may do (${code}): check LATHE_S3_ACCESS_KEY and LATHE_S3_SECRET_KEY`,
    );
  if (code === 'RequestTimeTooSkewed')
    return failure('denied', `the clocks of this machine and of the S3 server differ (${code})`);
  if (untrusted.test(code))
    return failure('unavailable', `there is no trusted TLS connection to the S3 server (${code})`);
  if (lost.has(code) || isTransient(error))
    return failure('unavailable', `the artifact store did not ${what} (${reason})`);
  return error;
}

export type RetryPolicy = {
  /** Tries in all. */
  readonly attempts: number;
  /** Pause before the second try, in milliseconds; it doubles, up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
};

/**
 * Tries again while the failure is one that may pass, then throws an ArtifactError where callers should
 * know what happened, else the server's error. `what` ends the sentence "the store did not …".
 */
export async function withRetries<Result>(
  { attempts, firstMs, longestMs }: RetryPolicy,
  what: string,
  act: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw artifactError(error, what);
      const pause = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }
}
