import { LatheError } from '@lathe/contracts/error';
import {
  type CompletionQuestion,
  completionQuestionSchema,
} from '@lathe/contracts/message/completion';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import type { ModelKit } from './model-kit.ts';
import { biasOf } from './prepare-chat.ts';
import { tokensOf } from './prepare-inputs.ts';
import { readBody } from './read-body.ts';
import type { PreparedCompletion, TextModel } from './text-task.ts';

/**
 * Makes of a completion request what the engine needs. Throws `context_length_exceeded` and `invalid_value`, which
 * name the prompt at fault.
 */
export function prepareCompletion(
  kit: ModelKit,
  model: TextModel,
  body: Uint8Array,
): PreparedCompletion {
  const request = readBody(completionQuestionSchema, body);
  const { tokenizer, config } = kit;
  const prompts = request.prompts.map((prompt, index) => {
    const param = request.isList ? `prompt[${index}]` : 'prompt';
    const tokens = Int32Array.from(tokensOf(prompt, param, { kit, model }));
    requireRoom(tokens.length, request, { param, model });
    return typeof prompt === 'string'
      ? { tokens, text: prompt, unseen: tokenizer.prefix.length }
      : { tokens, text: textOf(tokenizer, tokens), unseen: 0 };
  });
  // A token for padding may lie beyond the model's rows.
  const vocabulary = Math.min(tokenizer.vocabularySize, config.vocabularySize);
  return {
    prompts,
    echo: request.echo,
    chat: {
      request: {
        maxTokens: request.maxTokens,
        temperature: request.temperature,
        topP: request.topP,
        logitBias: biasOf(request.logitBias, vocabulary),
        presencePenalty: request.presencePenalty,
        frequencyPenalty: request.frequencyPenalty,
        topLogprobs: request.topLogprobs ?? 0,
        scoresPrompt: request.echo && request.topLogprobs !== null,
        form: null,
      },
      wantsLogprobs: request.topLogprobs !== null,
      seed: request.seed,
      choices: request.choices,
      stop: request.stop,
      calls: null,
    },
  };
}

function requireRoom(
  prompt: number,
  { maxTokens }: CompletionQuestion,
  { param, model }: { readonly param: string; readonly model: TextModel },
): void {
  if (prompt + maxTokens <= model.room) return;
  throw new LatheError(
    'context_length_exceeded',
    `This model's maximum context length is ${model.room} tokens, but '${param}' has ${prompt} and ${maxTokens} were asked for as the answer.`,
    { param: 'max_tokens' },
  );
}

/** The text of tokens that a user sent, control tokens included. */
function textOf(tokenizer: Tokenizer, tokens: Int32Array): string {
  const bytes = Array.from(tokens, (token) => {
    return tokenizer.tokenBytes(token) ?? Buffer.from(tokenizer.decode([token]));
  });
  return Buffer.concat(bytes).toString('utf8');
}
