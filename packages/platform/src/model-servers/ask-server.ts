import { LatheError } from '@lathe/contracts/error';
import type { ModelServer } from '../config/model-servers.ts';
import { pause } from '../nats/pause.ts';
import { readServerAnswer, type ServerAnswer } from './server-answer.ts';

/** One question; messages and tools in OpenAI's form. */
export type ServerQuestion = {
  readonly model: string;
  readonly messages: readonly object[];
  readonly maxTokens: number;
  readonly tools?: readonly object[] | undefined;
  /** JSON Schema that the answer keeps to, under a name. */
  readonly schema?: { readonly name: string; readonly schema: object };
};

export type ServerAsking = {
  /** Longest time of one try. */
  readonly timeoutMs: number;
  /** Tries while the server gives no answer; what the question is to blame for is not tried again. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** The field that named the server. */
  readonly param: string;
};

/** Longest answer that is read. */
const mostAnswerBytes = 1024 * 1024;
/** Before the second try, twice as long before each further one, and the longest of these pauses. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Asks a server that the operator allows for a chat completion, without chance and always with the same seed. Its key goes
 * into the request's header and nowhere else. Throws `unavailable` where it gives no answer, and the signal's reason.
 * @example
 * const messages = [{ role: 'user', content: 'Why?' }];
 * await askServer(
 *   { url: 'https://host/v1', key: null },
 *   { model: 'gpt-4.1', messages, maxTokens: 64 },
 *   { timeoutMs: 60_000, attempts: 2, signal, param: 'url' },
 * );
 */
export async function askServer(
  server: ModelServer,
  question: ServerQuestion,
  asking: ServerAsking,
): Promise<ServerAnswer> {
  for (let attempt = 1; ; attempt++)
    try {
      return await askOnce(server, question, asking);
    } catch (error) {
      asking.signal.throwIfAborted();
      const isHopeless = !(error instanceof LatheError) || !error.retryable;
      if (isHopeless || attempt >= asking.attempts) throw error;
      const wanted = error.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1);
      await pause(Math.min(wanted, longestPauseMs), asking.signal);
    }
}

async function askOnce(
  { url, key }: ModelServer,
  { model, messages, maxTokens, tools, schema }: ServerQuestion,
  { timeoutMs, signal, param }: ServerAsking,
): Promise<ServerAnswer> {
  const failed = (what: string, options: { cause?: unknown; retryable?: boolean } = {}) =>
    new LatheError('unavailable', `The server ${url} ${what}.`, { param, ...options });
  let body: string;
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      // Wherever else it would send the key is not the server that was allowed.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({
        ...{ model, messages, temperature: 0, seed: 1, max_tokens: maxTokens },
        ...(tools && { tools }),
        ...(schema && {
          response_format: { type: 'json_schema', json_schema: { ...schema, strict: true } },
        }),
      }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refused(url, response, param);
    }
    body = await readBounded(response);
  } catch (error) {
    if (error instanceof LatheError) throw error;
    throw failed('gave no answer', { cause: error });
  }
  try {
    return readServerAnswer(body);
  } catch (cause) {
    throw failed('gave an answer that cannot be read', { cause });
  }
}

/** Its own words are left out: servers repeat parts of keys in them. */
function refused(url: string, { status, headers }: Response, param: string): LatheError {
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new LatheError('unavailable', `The server ${url} answered with status ${status}.`, {
    param,
    retryable: !isOurs,
    ...(seconds >= 0 && { retryAfterMs: seconds * 1000 }),
  });
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
