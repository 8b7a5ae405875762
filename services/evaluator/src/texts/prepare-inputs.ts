import { LatheError } from '@lathe/contracts/error';
import {
  type EmbeddingQuestion,
  embeddingQuestionSchema,
} from '@lathe/contracts/message/embedding';
import { checkBytes } from './length.ts';
import type { ModelKit } from './model-kit.ts';
import { readBody } from './read-body.ts';
import type { PreparedInputs, TextModel } from './text-task.ts';

/**
 * Makes of an embedding request what the engine needs. Throws `context_length_exceeded` and `invalid_value`, which
 * name the input at fault.
 */
export function prepareInputs(kit: ModelKit, model: TextModel, body: Uint8Array): PreparedInputs {
  const request = readBody(embeddingQuestionSchema, body);
  const width = kit.config.hiddenSize;
  const dimensions = request.dimensions ?? width;
  if (dimensions > width)
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'dimensions': the vectors of '${model.name}' have ${width} numbers, not ${dimensions}.`,
      { param: 'dimensions' },
    );
  const inputs = request.inputs.map((input, index) =>
    Int32Array.from(tokensOf(input, request.isList ? `input[${index}]` : 'input', { kit, model })),
  );
  return { inputs, dimensions };
}

/**
 * The tokens of one input, as a prompt without a chat template has them. Throws `context_length_exceeded` and
 * `invalid_value`, which name it as `param`.
 */
export function tokensOf(
  input: EmbeddingQuestion['inputs'][number],
  param: string,
  { kit, model }: { readonly kit: ModelKit; readonly model: TextModel },
): readonly number[] {
  const { tokenizer, config } = kit;
  const { name, room } = model;
  if (typeof input === 'string')
    checkBytes([input], tokenizer, { room, param, what: `'${param}' has` });
  const tokens = typeof input === 'string' ? textTokens(kit, model, input) : input;
  if (tokens.length === 0)
    throw new LatheError('invalid_value', `Invalid value for '${param}': it has no tokens.`, {
      param,
    });
  if (tokens.length > room)
    throw new LatheError(
      'context_length_exceeded',
      `'${param}' has ${tokens.length} tokens, but '${name}' takes at most ${room}.`,
      { param },
    );
  const unknown = tokens.find((token) => token < 0 || token >= config.vocabularySize);
  if (unknown !== undefined)
    throw new LatheError(
      'invalid_value',
      `Invalid value for '${param}': there is no token ${unknown}; the vocabulary has ${config.vocabularySize}.`,
      { param },
    );
  return tokens;
}

/** What a prompt without a template begins with, or where a model reads whole texts, all that is around one. */
function textTokens({ tokenizer }: ModelKit, { task }: TextModel, text: string): readonly number[] {
  if (task.type !== 'generation') return tokenizer.encode(text, { addSpecial: true });
  return [...tokenizer.prefix, ...tokenizer.encode(text)];
}
