import type { ErrorBody } from '@lathe/contracts/http/error';
import { noteCall } from './calls.ts';
import { currentKey, signOut } from './session.ts';

/** A request that failed, with a sentence for the person who made it. */
export class ApiError extends Error {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly code: string | null;
  /** The field at fault. */
  readonly param: string | null;

  constructor(status: number, message: string, about: Partial<ErrorBody['error']> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = about.code ?? null;
    this.param = about.param ?? null;
  }
}

export type Asked = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON, but for forms. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

/**
 * A request with the key of the session. Throws an ApiError with the API's own sentence; a key that is not taken any more
 * ends the session.
 */
export async function request(path: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', body, headers = {}, signal = null } = asked;
  noteCall(method, path, body);
  const isForm = body instanceof FormData || body === undefined;
  const send = async (): Promise<Response> => {
    try {
      return await fetch(path, {
        method,
        signal,
        headers: {
          authorization: `Bearer ${currentKey() ?? ''}`,
          ...(isForm ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ApiError(0, 'The gateway does not answer. Is Lathe still running?');
    }
  };
  const response = await send();
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (response.status === 401) signOut(failure.message);
  throw failure;
}

/** The JSON answer to a request. The page comes from the gateway that answers, so that both know the same contracts. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await (await request(path, asked)).json()) as T;
}

/** What an answer that is no success says. */
export async function failureOf(response: Response): Promise<ApiError> {
  const { status } = response;
  try {
    const { error } = (await response.json()) as ErrorBody;
    return new ApiError(status, error.message, error);
  } catch {
    return new ApiError(status, `The gateway answered ${status} without saying why.`);
  }
}

/** Saves an answer as a file: a plain link could not bring the key. */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await request(path)).blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A sentence about whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
