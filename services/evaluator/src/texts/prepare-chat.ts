import { LatheError } from '@lathe/contracts/error';
import { type InferenceRequest, inferenceRequestSchema } from '@lathe/contracts/message/inference';
import { answerForm, answerSchema, isQuick } from './answer-form.ts';
import { callForm } from './call-form.ts';
import { formOf } from './calls.ts';
import { checkBytes } from './length.ts';
import type { ModelKit } from './model-kit.ts';
import { promptTokens } from './prompt.ts';
import { readBody } from './read-body.ts';
import type { PreparedChat, TextModel } from './text-task.ts';

/**
 * Makes of a chat request what the engine needs. Throws `context_length_exceeded`, `invalid_value` and
 * `unsupported_model`.
 */
export function prepareChat(
  kit: ModelKit,
  model: TextModel,
  task: { readonly body: Uint8Array; readonly isQuick: boolean },
): PreparedChat | 'left' {
  const request = readBody(inferenceRequestSchema, task.body);
  if (task.isQuick && !isQuick(request)) return 'left';
  const tools = request.toolChoice === 'none' ? [] : request.tools;
  const contents = request.messages.map(({ content, tool_calls: calls = [] }) =>
    [content, ...calls.map((call) => call.function.arguments)].join(''),
  );
  if (tools.length > 0) contents.push(JSON.stringify(tools));
  const limit = { room: model.room, param: 'messages', what: 'the messages have' };
  checkBytes(contents, kit.tokenizer, limit);
  // A token for padding may lie beyond the model's rows.
  const vocabulary = Math.min(kit.tokenizer.vocabularySize, kit.config.vocabularySize);
  const logitBias = biasOf(request.logitBias, vocabulary);
  const chat = { messages: request.messages, ...(tools.length > 0 && { tools }) };
  const tokens = promptTokens(kit, model, chat);
  const calls = tools.length > 0 ? formOf(kit, model.name) : null;
  const schema = request.schema === null ? null : answerSchema(request.schema);
  const form =
    calls === null ? schema && answerForm(schema) : callForm(calls, { ...request, tools, schema });
  return {
    tokens: Int32Array.from(tokens),
    request: {
      maxTokens: roomFor(request, tokens.length, model.room),
      temperature: request.temperature,
      topP: request.topP,
      logitBias,
      presencePenalty: request.presencePenalty,
      frequencyPenalty: request.frequencyPenalty,
      topLogprobs: request.topLogprobs ?? 0,
      scoresPrompt: false,
      form,
    },
    wantsLogprobs: request.topLogprobs !== null,
    seed: request.seed,
    choices: request.choices,
    stop: request.stop,
    calls,
  };
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
      `This model's maximum context length is ${context} tokens, but the messages have ${prompt}${wish}.`,
      { param: asked !== null && room > 0 ? 'max_tokens' : 'messages' },
    );
  }
  return asked ?? room;
}

/** Biases by token. Throws `invalid_value` for a token beyond the vocabulary. */
export function biasOf(
  bias: InferenceRequest['logitBias'],
  vocabulary: number,
): Map<number, number> {
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
