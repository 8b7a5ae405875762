import type { TokenLogprob, Usage } from '@lathe/contracts/http/chat';
import type { InferenceReply } from '@lathe/contracts/message/inference';
import type { Engine, GenerateRequest } from '../engine/engine.ts';
import { textModelOf } from '../models/ask-model.ts';
import type { ServedModel } from '../models/models.ts';
import type { PreparedChat } from '../texts/text-task.ts';
import type { AnswerText, Texts } from '../texts/texts.ts';
import { requireTask } from './abilities.ts';
import type { Request } from './responder.ts';
import { createStopFilter } from './stop-filter.ts';

/** What of the replies is said about the answer itself. */
export type AnswerPiece = Extract<InferenceReply, { kind: 'text' | 'finish' | 'done' }>;

export type AnswerPorts = {
  readonly engine: Engine;
  readonly texts: Texts;
  readonly signal: AbortSignal;
  /** Counts the tokens of prompt and answers. Throws what refuses them. */
  readonly reserve: (tokens: number) => void;
  /** A seed for a request that names none. */
  readonly randomSeed: () => number;
};

/** Seeds are whole numbers below this. */
const seeds = 2 ** 31;

/**
 * Answers a chat request, piece by piece, one choice after the other. Throws
 * `context_length_exceeded`, `invalid_value` and `unsupported_model` before the first piece.
 */
export async function* answerChat(
  { project, body }: Pick<Request, 'project' | 'body'>,
  model: ServedModel,
  ports: AnswerPorts,
): AsyncGenerator<AnswerPiece, void> {
  requireTask(model, 'chat');
  const { texts: folder } = model;
  const textModel = textModelOf(model);
  const chat = await ports.texts.chat(textModel, body, { project, signal: ports.signal });
  const tokens = [...chat.tokens];
  // Choices are made one after another.
  ports.reserve(tokens.length + chat.request.maxTokens);
  const seed = chat.seed ?? ports.randomSeed();
  let completionTokens = 0;
  for (let choice = 0; choice < chat.choices; choice++) {
    const settings: GenerateRequest = {
      ...chat.request,
      tokens,
      seed: (((seed + choice) % seeds) + seeds) % seeds,
      stopTokens: model.facts.stopTokens,
    };
    const text = await ports.texts.answer(folder);
    try {
      const about = { choice, project, chat, settings, model, text };
      completionTokens += yield* answerChoice(about, ports);
    } finally {
      text.close();
    }
  }
  const usage: Usage = {
    prompt_tokens: tokens.length,
    completion_tokens: completionTokens,
    total_tokens: tokens.length + completionTokens,
  };
  yield { kind: 'done', usage };
}

type Choice = {
  readonly choice: number;
  readonly project: string;
  readonly chat: PreparedChat;
  readonly settings: GenerateRequest;
  readonly model: ServedModel;
  readonly text: AnswerText;
};

/** One choice: pieces of text as soon as they may be shown, then why it ended. Returns its tokens. */
async function* answerChoice(
  { choice, project, chat, settings, model, text: answer }: Choice,
  { engine, signal }: AnswerPorts,
): AsyncGenerator<AnswerPiece, number> {
  const { wantsLogprobs } = chat;
  const filter = createStopFilter(chat.stop);
  /** Log-probabilities of tokens whose text is held back with them, and the characters read so far. */
  let held: { readonly start: number; readonly logprob: TokenLogprob }[] = [];
  let read = 0;
  let shown = 0;
  let count = 0;
  let isStopped = false;
  const piece = (text: string, isLast: boolean): AnswerPiece | undefined => {
    shown += text.length;
    const ready = held.filter(({ start }) => start < shown || (isLast && !isStopped));
    held = held.slice(ready.length);
    if (text === '' && ready.length === 0) return undefined;
    const logprobs = wantsLogprobs ? ready.map(({ logprob }) => logprob) : null;
    return { kind: 'text', choice, text, logprobs };
  };
  const asker = { urgency: 'chat', project, signal } as const;
  for await (const token of engine.generate(model.engine, settings, asker)) {
    count++;
    const { text, logprob } = await answer.push(token, wantsLogprobs);
    if (logprob !== null) held.push({ start: read, logprob });
    read += text.length;
    const filtered = filter.push(text);
    isStopped = filtered.isStopped;
    const ready = piece(filtered.text, false);
    if (ready !== undefined) yield ready;
    if (isStopped) break;
  }
  if (!isStopped) {
    const last = filter.push(await answer.end());
    isStopped = last.isStopped;
    const ready = piece(isStopped ? last.text : last.text + filter.end(), true);
    if (ready !== undefined) yield ready;
  }
  const isFull = count >= settings.maxTokens && !isStopped;
  yield { kind: 'finish', choice, reason: isFull ? 'length' : 'stop' };
  return count;
}
