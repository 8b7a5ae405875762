import type { ToolCall } from '@lathe/contracts/artifact/tool';
import type { ChatRequest, TokenLogprob, Usage } from '@lathe/contracts/http/chat';

type Message = ChatRequest['messages'][number];

/** An answer as far as it has come. */
export type Answer = {
  readonly state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
  /** Of the completion, by which it is found again where it is stored. */
  readonly id: string | null;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly tokens: readonly TokenLogprob[];
  readonly usage: Usage | null;
  readonly finishReason: string | null;
  /** Milliseconds from the question to the first token. */
  readonly firstMs: number | null;
  /** Milliseconds from the question to the end. */
  readonly totalMs: number | null;
  readonly problem: string | null;
};

/** What was asked of one model, and what it answered. */
export type Turn = { readonly question: string; readonly answer: Answer };

export const noAnswer: Answer = {
  ...{ state: 'waiting', id: null, text: '', calls: [], tokens: [] },
  ...{ usage: null, finishReason: null, firstMs: null, totalMs: null, problem: null },
};

/** Whether an answer still comes. */
export function isOpen({ state }: Answer): boolean {
  return state === 'waiting' || state === 'streaming';
}

/** The conversation with one model as it is sent: a text that follows calls of tools is what these returned. */
export function messagesOf(system: string, turns: readonly Turn[], question: string): Message[] {
  const before: Message[] = system.trim() === '' ? [] : [{ role: 'system', content: system }];
  // A question that got no answer is not asked again.
  const answered = turns.filter(({ answer }) => answer.text !== '' || answer.calls.length > 0);
  const said = answered.flatMap(({ question: asked, answer }, at) => [
    ...questionMessages(answered[at - 1]?.answer, asked),
    answerMessage(answer),
  ]);
  return [...before, ...said, ...questionMessages(answered.at(-1)?.answer, question)];
}

function questionMessages(last: Answer | undefined, text: string): Message[] {
  const calls = last?.calls ?? [];
  if (calls.length === 0) return [{ role: 'user', content: text }];
  return calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: text }));
}

function answerMessage({ text, calls }: Answer): Message {
  const called = calls.length === 0 ? {} : { tool_calls: [...calls] };
  return { role: 'assistant', content: text === '' ? null : text, ...called };
}
