import type { ChatRequest, TokenLogprob, Usage } from '@lathe/contracts/http/chat';
import type { ErrorBody } from '@lathe/contracts/http/error';
import { ApiError, request, sentenceOf } from '../../api/client.ts';
import { dataOf } from '../../api/server-events.ts';
import { type Answer, noAnswer } from './turn.ts';

type CallPiece = {
  readonly index: number;
  readonly id?: string;
  readonly function: { readonly name?: string; readonly arguments: string };
};
type Chunk = {
  readonly id: string;
  readonly usage?: Usage | null;
  readonly choices: readonly {
    readonly delta: { readonly content?: string; readonly tool_calls?: readonly CallPiece[] };
    readonly logprobs: { readonly content: readonly TokenLogprob[] } | null;
    readonly finish_reason: string | null;
  }[];
};

/** The answer to a chat, and again with each piece that comes; what goes wrong is told in it. */
export async function* streamAnswer(
  body: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const from = performance.now();
  const passed = (): number => performance.now() - from;
  let answer = noAnswer;
  yield answer;
  try {
    const response = await request('/v1/chat/completions', { method: 'POST', body, signal });
    for await (const texts of dataOf(response)) {
      for (const text of texts) if (text !== '[DONE]') answer = grown(answer, chunkIn(text));
      const hasToken = answer.text !== '' || answer.calls.length > 0;
      const firstMs = answer.firstMs ?? (hasToken ? passed() : null);
      answer = { ...answer, firstMs, state: 'streaming' };
      yield answer;
    }
    yield { ...answer, state: 'done', totalMs: passed() };
  } catch (error) {
    const state = signal.aborted ? 'stopped' : 'failed';
    const problem = signal.aborted ? null : sentenceOf(error);
    yield { ...answer, state, problem, totalMs: passed() };
  }
}

function chunkIn(text: string): Chunk {
  const said = JSON.parse(text) as Chunk | ErrorBody;
  if ('error' in said) throw new ApiError(500, said.error.message, said.error);
  return said;
}

function grown(answer: Answer, { id, usage, choices: [choice] }: Chunk): Answer {
  const { content = '', tool_calls: pieces = [] } = choice?.delta ?? {};
  return {
    ...answer,
    id,
    text: answer.text + content,
    calls: pieces.reduce(withCall, answer.calls),
    tokens: [...answer.tokens, ...(choice?.logprobs?.content ?? [])],
    usage: usage ?? answer.usage,
    finishReason: choice?.finish_reason ?? answer.finishReason,
  };
}

function withCall(calls: Answer['calls'], { index, id, function: said }: CallPiece) {
  const before = calls[index];
  const call = {
    id: id ?? before?.id ?? '',
    type: 'function' as const,
    function: {
      name: said.name ?? before?.function.name ?? '',
      arguments: (before?.function.arguments ?? '') + said.arguments,
    },
  };
  return [...calls.slice(0, index), call, ...calls.slice(index + 1)];
}
