import { LatheError } from '@lathe/contracts/error';
import { z } from 'zod';
import type { ModelQuestion } from '../data-ports.ts';

const answerSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});
/** Longest answer of a server that is read. */
const mostAnswerBytes = 1024 * 1024;
/** How often the work says that it still waits. */
const beatMs = 2000;

type Asking = {
  readonly question: ModelQuestion;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly progress: () => void;
};

/**
 * Asks the OpenAI-compatible server that the operator allows. Its key goes into the request's header and nowhere else.
 * Throws `insufficient_permissions` for another server, and `unavailable` where it gives no answer.
 */
export async function askServer(
  {
    writerUrl,
    writerKey,
    inferenceTimeoutMs,
  }: {
    readonly writerUrl: string | null;
    readonly writerKey: string | null;
    readonly inferenceTimeoutMs: number;
  },
  { question, url, signal, progress }: Asking,
): Promise<string> {
  if (writerUrl === null || plain(url) !== plain(writerUrl))
    throw new LatheError(
      'insufficient_permissions',
      `The server ${url} may not be asked: the operator allows ${writerUrl === null ? 'none' : 'another one'} by LATHE_WRITER_URL.`,
      { param: 'convert.writer.url', retryable: false },
    );
  const beat = setInterval(progress, beatMs);
  try {
    const response = await fetch(`${plain(writerUrl)}/chat/completions`, {
      method: 'POST',
      // Wherever else it would send the key is not the server that was allowed.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(inferenceTimeoutMs * 10)]),
      headers: {
        'content-type': 'application/json',
        ...(writerKey === null ? {} : { authorization: `Bearer ${writerKey}` }),
      },
      body: JSON.stringify({
        model: question.model,
        messages: [{ role: 'user', content: question.prompt }],
        temperature: 0,
        seed: 1,
        max_tokens: question.maxTokens,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'pairs', strict: true, schema: question.schema },
        },
      }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refused(url, `answered with status ${response.status}`, response.status);
    }
    return answerOf(url, await readBounded(response));
  } catch (error) {
    if (error instanceof LatheError || signal.aborted) throw error;
    throw new LatheError('unavailable', `The server ${url} gave no answer.`, { cause: error });
  } finally {
    clearInterval(beat);
  }
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}

/** What the request itself is to blame for is not tried again. */
function refused(url: string, what: string, status: number): LatheError {
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new LatheError('unavailable', `The server ${url} ${what}.`, {
    param: 'convert.writer.url',
    retryable: !isOurs,
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

function answerOf(url: string, body: string): string {
  try {
    const [choice] = answerSchema.parse(JSON.parse(body)).choices;
    return choice?.message.content ?? '';
  } catch (cause) {
    throw new LatheError('unavailable', `The server ${url} gave an answer that cannot be read.`, {
      param: 'convert.writer.url',
      cause,
    });
  }
}
