import type { TokenLogprob, Usage } from '@lathe/contracts/http/chat';
import type { GenerateRequest } from '../engine/engine.ts';
import { textModelOf } from '../models/ask-model.ts';
import type { ServedModel } from '../models/models.ts';
import { requireTask } from './abilities.ts';
import { answerWithCalls } from './answer-calls.ts';
import type { AnswerPiece, AnswerPorts, Choice } from './choice.ts';
import type { Request } from './responder.ts';
import { createStopFilter } from './stop-filter.ts';

/** Seeds are whole numbers below this. */
const seeds = 2 ** 31;

/** The seed of one of several answers. */
export function seedOf(seed: number, choice: number): number {
  return (((seed + choice) % seeds) + seeds) % seeds;
}

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
  let cachedTokens = 0;
  for (let choice = 0; choice < chat.choices; choice++) {
    const settings: GenerateRequest = {
      ...chat.request,
      tokens,
      seed: seedOf(seed, choice),
      stopTokens: model.facts.stopTokens,
    };
    const text = await ports.texts.answer(folder, chat.calls !== null);
    try {
      // The others find what the first has read.
      const onRead = (tokens: number): void => {
        if (choice === 0) cachedTokens = tokens;
      };
      const about = { choice, project, chat, settings, model, text, onRead };
      completionTokens += yield* answerChoice(about, ports);
    } finally {
      text.close();
    }
  }
  const promptTokens = tokens.length;
  yield { kind: 'done', usage: usageOf({ promptTokens, completionTokens, cachedTokens }) };
}

/** What an answer took, as OpenAI tells it. */
export function usageOf(tokens: {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}): Usage {
  return {
    prompt_tokens: tokens.promptTokens,
    completion_tokens: tokens.completionTokens,
    total_tokens: tokens.promptTokens + tokens.completionTokens,
    prompt_tokens_details: { cached_tokens: tokens.cachedTokens },
  };
}

/** One choice: pieces of text as soon as they may be shown, then why it ended. Returns its tokens. */
export async function* answerChoice(
  about: Choice,
  ports: AnswerPorts,
): AsyncGenerator<AnswerPiece, number> {
  const { choice, project, chat, settings, model, text: answer } = about;
  if (chat.calls !== null) return yield* answerWithCalls({ ...about, form: chat.calls }, ports);
  const { engine, signal, urgency = 'chat' } = ports;
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
  const asker = { urgency, project, signal, onRead: about.onRead };
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
