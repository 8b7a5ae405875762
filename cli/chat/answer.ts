import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Api } from '../api/api.ts';
import type { Printer } from '../terminal/printer.ts';
import { harmless } from '../terminal/text-width.ts';

/** How answers are drawn. */
export type Sampling = {
  readonly model: string;
  readonly temperature?: number;
  readonly max_completion_tokens?: number;
  readonly seed?: number;
};

type Asked = {
  readonly sampling: Sampling;
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly signal: AbortSignal;
};

/**
 * Asks a model and writes its answer piece by piece as it comes; resolves to the answer. One that was cut off by `signal` is what had
 * come by then.
 */
export async function streamAnswer(
  { client }: Api,
  { sampling, messages, signal }: Asked,
  out: Printer,
): Promise<string> {
  let answer = '';
  try {
    const body = { ...sampling, messages: [...messages], stream: true as const };
    const stream = await client.chat.completions.create(body, { signal });
    for await (const { choices } of stream) {
      const piece = choices[0]?.delta.content ?? '';
      answer += piece;
      // What a model writes must not steer the terminal; whoever reads a pipe wants it as it is.
      out.write(out.isTerminal ? harmless(piece) : piece);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return answer;
}
