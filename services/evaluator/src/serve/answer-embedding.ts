import { LatheError } from '@lathe/contracts/error';
import type { EmbeddingQuestion, EmbeddingReply } from '@lathe/contracts/message/embedding';
import { toUnitLength } from '@lathe/engine/generate/embed';
import type { Engine } from '../engine.ts';
import type { ServedModel } from '../models.ts';

/** What of the replies is said about the vectors themselves. */
export type EmbeddingPiece = Extract<EmbeddingReply, { kind: 'vectors' | 'done' }>;

export type EmbeddingPorts = {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Counts the tokens of the inputs. Throws what refuses them. */
  readonly reserve: (tokens: number) => void;
  readonly settings: {
    /** Tokens, and bytes of vectors, of one piece at most, unless one input alone has more. */
    readonly embeddingTokens: number;
    readonly embeddingVectorBytes: number;
  };
};

/**
 * Answers an embedding request, some inputs after another. Throws `context_length_exceeded` and
 * `invalid_value`, which name the input at fault, before the first piece.
 */
export async function* answerEmbedding(
  request: EmbeddingQuestion,
  model: ServedModel,
  { engine, signal, reserve, settings }: EmbeddingPorts,
): AsyncGenerator<EmbeddingPiece, void> {
  const width = model.kit.config.hiddenSize;
  const dimensions = request.dimensions ?? width;
  if (dimensions > width)
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'dimensions': the vectors of '${model.name}' have ${width} numbers, not ${dimensions}.`,
      { param: 'dimensions' },
    );
  const inputs = request.inputs.map((input, index) =>
    tokensOf(input, model, request.isList ? `input[${index}]` : 'input'),
  );
  const promptTokens = inputs.reduce((sum, { length }) => sum + length, 0);
  reserve(promptTokens);
  const mostVectors = Math.floor(settings.embeddingVectorBytes / (4 * dimensions));
  for (const part of parts(inputs, settings.embeddingTokens, mostVectors)) {
    const vectors = await engine.embed(model.engine, part, { project: request.project, signal });
    const data = Buffer.concat(
      vectors.map((vector) => littleEndian(shortened(vector, dimensions))),
    );
    yield { kind: 'vectors', dimensions, data: data.toString('base64') };
  }
  yield { kind: 'done', promptTokens };
}

/** The tokens of one input, as a prompt without a chat template has them. */
function tokensOf(
  input: EmbeddingQuestion['inputs'][number],
  { name, room, kit }: ServedModel,
  param: string,
): readonly number[] {
  const { tokenizer, config } = kit;
  const tokens =
    typeof input === 'string' ? [...tokenizer.prefix, ...tokenizer.encode(input)] : input;
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

/** The inputs in order, cut into parts of so many tokens and inputs, one input at least. */
function* parts(
  inputs: readonly (readonly number[])[],
  mostTokens: number,
  mostInputs: number,
): Generator<(readonly number[])[]> {
  let part: (readonly number[])[] = [];
  let tokens = 0;
  for (const input of inputs) {
    const isFull = part.length >= mostInputs || tokens + input.length > mostTokens;
    if (isFull && part.length > 0) {
      yield part;
      part = [];
      tokens = 0;
    }
    part.push(input);
    tokens += input.length;
  }
  if (part.length > 0) yield part;
}

/** The first so many numbers, brought to length 1 again. */
function shortened(vector: Float32Array, dimensions: number): Float32Array {
  return dimensions === vector.length ? vector : toUnitLength(vector.subarray(0, dimensions));
}

function littleEndian(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, 4 * at);
  return bytes;
}
