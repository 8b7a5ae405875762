import type { CompletionReply, PlacedLogprob } from '@lathe/contracts/message/completion';
import type { GeneratedToken } from '@lathe/engine/generator';
import type { GenerateRequest } from '../engine/engine.ts';
import { textModelOf } from '../models/ask-model.ts';
import type { ServedModel } from '../models/models.ts';
import type { PreparedCompletion } from '../texts/text-task.ts';
import { requireTask } from './abilities.ts';
import { answerChoice, seedOf, usageOf } from './answer.ts';
import type { AnswerPorts } from './choice.ts';
import type { Request } from './responder.ts';

/** What of the replies is said about the texts themselves. */
export type CompletionPiece = Extract<CompletionReply, { kind: 'text' | 'finish' | 'done' }>;

type Prompt = PreparedCompletion['prompts'][number];

/**
 * Goes on from each prompt, one choice after the other, with the prompt before it where that is asked for. Throws
 * `context_length_exceeded` and `invalid_value` before the first piece.
 */
export async function* answerCompletion(
  { project, body }: Pick<Request, 'project' | 'body'>,
  model: ServedModel,
  ports: AnswerPorts,
): AsyncGenerator<CompletionPiece, void> {
  requireTask(model, 'chat');
  const { texts: folder } = model;
  const textModel = textModelOf(model);
  const { signal, urgency = 'chat' } = ports;
  const { prompts, echo, chat } = await ports.texts.completion(textModel, body, {
    project,
    signal,
  });
  const { maxTokens } = chat.request;
  const promptTokens = prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  ports.reserve(promptTokens + maxTokens);
  const seed = chat.seed ?? ports.randomSeed();
  let completionTokens = 0;
  let cachedTokens = 0;
  for (const [at, prompt] of prompts.entries()) {
    const request = { ...chat.request, tokens: [...prompt.tokens] };
    let told: readonly PlacedLogprob[] | null = null;
    for (let turn = 0; turn < chat.choices; turn++) {
      const choice = at * chat.choices + turn;
      const settings: GenerateRequest = {
        ...request,
        scoresPrompt: request.scoresPrompt && turn === 0,
        seed: seedOf(seed, choice),
        // Found below: the log-probability of the one that comes is told.
        stopTokens: [],
      };
      const onRead = (tokens: number): void => {
        if (turn === 0) cachedTokens += tokens;
      };
      const asker = { urgency, project, signal, onRead };
      const stream = ports.engine.generate(model.engine, settings, asker);
      try {
        if (settings.scoresPrompt) told = await scoredPrompt(prompt, stream, { folder, ports });
        if (echo) yield { kind: 'text', choice, text: prompt.text, logprobs: told && [...told] };
        if (maxTokens === 0) {
          yield { kind: 'finish', choice, reason: 'length' };
          continue;
        }
        const text = await ports.texts.answer(folder);
        try {
          const { stopTokens } = model.facts;
          const ending: Ending = { stopTokens, isTold: chat.wantsLogprobs, isStopped: false };
          const about = { choice, project, chat: { ...chat, tokens: prompt.tokens } };
          const engine = { generate: () => upToStop(stream, ending) };
          const answer = answerChoice({ ...about, settings, model, text }, { ...ports, engine });
          completionTokens += yield* ended(answer, ending);
        } finally {
          text.close();
        }
      } finally {
        await stream.return();
      }
    }
  }
  yield { kind: 'done', usage: usageOf({ promptTokens, completionTokens, cachedTokens }) };
}

/** Tokens that end an answer, whether the one that does is told, and whether one did. */
type Ending = {
  readonly stopTokens: readonly number[];
  readonly isTold: boolean;
  isStopped: boolean;
};

/**
 * The tokens up to the first that ends an answer; with log-probabilities that one too, as whoever sums them up expects
 * an entry for each token that was asked for.
 */
async function* upToStop(
  stream: AsyncGenerator<GeneratedToken, void>,
  ending: Ending,
): AsyncGenerator<GeneratedToken, void> {
  for await (const token of stream) {
    ending.isStopped = ending.stopTokens.includes(token.token);
    if (!ending.isStopped || ending.isTold) yield token;
    if (ending.isStopped) return;
  }
}

/** The pieces of a choice, whose end says that a token stopped it. Returns its tokens, that one not counted. */
async function* ended(
  answer: ReturnType<typeof answerChoice>,
  ending: Ending,
): AsyncGenerator<CompletionPiece, number> {
  for (;;) {
    const { value, done } = await answer.next();
    if (done) return ending.isStopped && ending.isTold ? value - 1 : value;
    if (value.kind === 'text') yield value;
    else if (value.kind === 'finish') {
      const isFull = value.reason === 'length' && !ending.isStopped;
      yield { kind: 'finish', choice: value.choice, reason: isFull ? 'length' : 'stop' };
    }
  }
}

/** The tokens of a prompt with what the model thinks of them, which come out of the engine before its answer. */
async function scoredPrompt(
  { tokens, unseen }: Prompt,
  stream: AsyncGenerator<GeneratedToken, void>,
  { folder, ports: { texts } }: { readonly folder: string; readonly ports: AnswerPorts },
): Promise<PlacedLogprob[]> {
  const text = await texts.answer(folder);
  const told: PlacedLogprob[] = [];
  try {
    for (const [at, token] of tokens.entries()) {
      // Nothing comes before the first.
      const next = at === 0 ? undefined : await stream.next();
      const scored = next?.value ?? { token, logprob: 0, top: [] };
      const { logprob } = await text.push(scored, true);
      if (logprob === null) continue;
      const bytes = at < unseen ? null : logprob.bytes;
      told.push({ ...logprob, bytes, logprob: at === 0 ? null : logprob.logprob });
    }
  } finally {
    text.close();
  }
  return told;
}
