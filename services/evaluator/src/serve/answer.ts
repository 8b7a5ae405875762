import type { Message } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { TokenLogprob, Usage } from '@lathe/contracts/http/chat';
import type { InferenceReply, InferenceRequest } from '@lathe/contracts/message/inference';
import { readJsonSchema } from '@lathe/engine/generate/constrain/json-schema';
import { SchemaError } from '@lathe/engine/generate/constrain/schema-error';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import type { Engine, EngineToken, GenerateRequest } from '../engine.ts';
import { templateOf, withoutSource } from '../model-kit.ts';
import type { ServedModel } from '../models.ts';
import { createStopFilter } from './stop-filter.ts';
import { tokenText } from './token-text.ts';

/** What of the replies is said about the answer itself. */
export type AnswerPiece = Extract<InferenceReply, { kind: 'text' | 'finish' | 'done' }>;

export type AnswerPorts = {
  readonly engine: Engine;
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
  request: InferenceRequest,
  model: ServedModel,
  ports: AnswerPorts,
): AsyncGenerator<AnswerPiece, void> {
  const tokens = promptTokens(model, request.messages);
  const maxTokens = roomFor(request, tokens.length, model.room);
  checkSchema(request.schema);
  // Choices are made one after another.
  ports.reserve(tokens.length + maxTokens);
  const seed = request.seed ?? ports.randomSeed();
  let completionTokens = 0;
  for (let choice = 0; choice < request.choices; choice++) {
    const settings: GenerateRequest = {
      tokens,
      maxTokens,
      temperature: request.temperature,
      topP: request.topP,
      seed: (((seed + choice) % seeds) + seeds) % seeds,
      stopTokens: model.kit.stopTokens,
      logitBias: biasOf(request.logitBias, model.kit.tokenizer.vocabularySize),
      presencePenalty: request.presencePenalty,
      frequencyPenalty: request.frequencyPenalty,
      topLogprobs: request.topLogprobs ?? 0,
      schema: request.schema,
    };
    completionTokens += yield* answerChoice({ choice, request, settings, model }, ports);
  }
  const usage: Usage = {
    prompt_tokens: tokens.length,
    completion_tokens: completionTokens,
    total_tokens: tokens.length + completionTokens,
  };
  yield { kind: 'done', usage };
}

/** The tokens of a conversation up to where the model's answer begins, the way it was trained. */
export function promptTokens(model: ServedModel, messages: readonly Message[]): number[] {
  const { tokenizer } = model.kit;
  if (model.style === 'completion') {
    const prompt = messages.map((message) => message.content).join('\n');
    return [...tokenizer.prefix, ...tokenizer.encode(prompt)];
  }
  const template = templateOf(model.kit, model.name);
  try {
    return encodeChat(tokenizer, template, messages, { addGenerationPrompt: true }).tokens;
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new LatheError(
      'invalid_value',
      `The model's chat template refuses the messages: ${withoutSource(error)}.`,
      { param: 'messages', cause: error },
    );
  }
}

/** Throws `invalid_value` for a schema that answers cannot be held to. */
function checkSchema(schema: InferenceRequest['schema']): void {
  if (schema === null) return;
  try {
    readJsonSchema(schema);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'response_format.json_schema.schema': ${error.message}.`,
      { param: 'response_format.json_schema.schema', cause: error },
    );
  }
}

/** How many tokens the answer may have. Throws `context_length_exceeded`. */
function roomFor(request: InferenceRequest, prompt: number, context: number): number {
  const asked = request.maxTokens;
  const room = context - prompt;
  if (prompt === 0)
    throw new LatheError('invalid_value', 'The messages are empty.', { param: 'messages' });
  if (room < (asked ?? 1)) {
    const wish = asked === null ? '' : ` and ${asked} were asked for as the answer`;
    throw new LatheError(
      'context_length_exceeded',
      `The model takes at most ${context} tokens, but the messages have ${prompt}${wish}.`,
      { param: asked !== null && room > 0 ? 'max_tokens' : 'messages' },
    );
  }
  return asked ?? room;
}

function biasOf(bias: InferenceRequest['logitBias'], vocabulary: number): Map<number, number> {
  const entries = Object.entries(bias).map(([token, value]) => [Number(token), value] as const);
  for (const [token] of entries)
    if (token >= vocabulary)
      throw new LatheError(
        'invalid_value',
        `Invalid value for 'logit_bias': there is no token ${token}; the vocabulary has ${vocabulary}.`,
        { param: 'logit_bias' },
      );
  return new Map(entries);
}

type Choice = {
  readonly choice: number;
  readonly request: InferenceRequest;
  readonly settings: GenerateRequest;
  readonly model: ServedModel;
};

/** One choice: pieces of text as soon as they may be shown, then why it ended. Returns its tokens. */
async function* answerChoice(
  { choice, request, settings, model }: Choice,
  { engine, signal }: AnswerPorts,
): AsyncGenerator<AnswerPiece, number> {
  const { tokenizer } = model.kit;
  const stream = tokenizer.stream({ skipSpecial: true });
  const filter = createStopFilter(request.stop);
  const wantsLogprobs = request.topLogprobs !== null;
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
  const asker = { urgency: 'chat', project: request.project, signal } as const;
  for await (const token of engine.generate(model.engine, settings, asker)) {
    count++;
    const text = stream.push(token.token);
    if (wantsLogprobs) held.push({ start: read, logprob: logprobOf(tokenizer, token) });
    read += text.length;
    const filtered = filter.push(text);
    isStopped = filtered.isStopped;
    const ready = piece(filtered.text, false);
    if (ready !== undefined) yield ready;
    if (isStopped) break;
  }
  if (!isStopped) {
    const last = filter.push(stream.end());
    isStopped = last.isStopped;
    const ready = piece(isStopped ? last.text : last.text + filter.end(), true);
    if (ready !== undefined) yield ready;
  }
  const isFull = count >= settings.maxTokens && !isStopped;
  yield { kind: 'finish', choice, reason: isFull ? 'length' : 'stop' };
  return count;
}

function logprobOf(tokenizer: Tokenizer, { token, logprob, top }: EngineToken): TokenLogprob {
  return {
    ...tokenText(tokenizer, token),
    logprob: shown(logprob),
    top_logprobs: top.map((other) => ({
      ...tokenText(tokenizer, other.token),
      logprob: shown(other.logprob),
    })),
  };
}

/** OpenAI's clients know this value as "impossible". */
function shown(logprob: number): number {
  return Math.max(logprob, -9999);
}
