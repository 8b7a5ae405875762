import type { ToolCall } from '@lathe/contracts/artifact/tool';
import { LatheError } from '@lathe/contracts/error';
import type { ChatCompletion, TokenLogprob, Usage } from '@lathe/contracts/http/chat';
import type { Piece } from './inference.ts';

/** What every chunk and the whole completion have in common. `created` is in Unix seconds. */
export type AnswerHead = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly choices: number;
  readonly logprobs: boolean;
};

type Choice = ChatCompletion['choices'][number];

/** Names what made the answer; one deployment serves one build. */
export const systemFingerprint = 'fp_lathe_1';

/**
 * Collects the pieces into one `chat.completion`. Throws `internal_error` when an evaluator ends
 * without finishing every choice.
 */
export async function collectAnswer(
  head: AnswerHead,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
): Promise<ChatCompletion> {
  const texts = Array.from({ length: head.choices }, () => '');
  const logprobs = Array.from({ length: head.choices }, (): TokenLogprob[] => []);
  const calls = Array.from({ length: head.choices }, (): ToolCall[] => []);
  const reasons = new Map<number, Choice['finish_reason']>();
  let usage: Usage | undefined;
  for await (const piece of pieces) {
    if ('logprobs' in piece) logprobs[piece.choice]?.push(...(piece.logprobs ?? []));
    if (piece.kind === 'text') texts[piece.choice] = (texts[piece.choice] ?? '') + piece.text;
    else if (piece.kind === 'call')
      calls[piece.choice]?.push({
        id: piece.id,
        type: 'function',
        function: { name: piece.name, arguments: '' },
      });
    else if (piece.kind === 'arguments') {
      const call = calls[piece.choice]?.[piece.index];
      if (call !== undefined) call.function.arguments += piece.text;
    } else if (piece.kind === 'finish') reasons.set(piece.choice, piece.reason);
    else if (piece.kind === 'done') usage = piece.usage;
  }
  const choices = texts.map((content, index): Choice => {
    const finish = reasons.get(index);
    if (finish === undefined) throw unfinished(`choice ${index}`);
    const called = calls[index] ?? [];
    const message = { role: 'assistant', content, refusal: null } as const;
    return {
      index,
      message:
        called.length === 0
          ? message
          : { ...message, content: content === '' ? null : content, tool_calls: called },
      finish_reason: finish,
      logprobs: head.logprobs ? { content: logprobs[index] ?? [], refusal: null } : null,
    };
  });
  if (usage === undefined) throw unfinished('the usage');
  const { id, created, model } = head;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices,
    usage,
    system_fingerprint: systemFingerprint,
  };
}

/** What is thrown when an evaluator ends without saying something. */
export function unfinished(what: string): LatheError {
  return new LatheError('internal_error', `The evaluator ended its answer without ${what}.`);
}
