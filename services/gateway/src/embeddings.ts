import { LatheError } from '@lathe/contracts/error';
import {
  type EmbeddingList,
  type EmbeddingRequest,
  mostInputs,
} from '@lathe/contracts/http/embedding';
import type { EmbeddingQuestion } from '@lathe/contracts/message/embedding';
import type { ModelRecord } from '@lathe/contracts/record/model';
import type { RecordStore } from '@lathe/platform/records/port';
import type { ChatAsker } from './chat.ts';
import type { EmbeddingPiece, Inference } from './inference.ts';
import { getModel } from './models.ts';
import { tellingLimits } from './rate-limits.ts';

export type EmbeddingPorts = {
  readonly models: RecordStore<ModelRecord>;
  readonly inference: Inference;
};

/**
 * The vectors of one request. Throws `invalid_value` for an input that is empty, `model_not_found`,
 * and what `Inference` throws.
 */
export async function embed(
  ports: EmbeddingPorts,
  asker: ChatAsker,
  body: EmbeddingRequest,
): Promise<EmbeddingList> {
  const { project, requestId, signal } = asker;
  const inputs = inputsOf(body.input);
  const isList = inputs[0] !== body.input;
  const dimensions = body.dimensions ?? null;
  await getModel(ports, project, body.model);
  const question: EmbeddingQuestion = {
    version: 1,
    requestId,
    project,
    model: body.model,
    inputs,
    isList,
    dimensions,
  };
  const { vectors, promptTokens } = await collect(
    tellingLimits(ports.inference.embed(question, signal), asker.onLimits),
  );
  if (vectors.length !== inputs.length)
    throw new LatheError(
      'internal_error',
      `The evaluator answered ${vectors.length} of ${inputs.length} inputs.`,
    );
  const asText = body.encoding_format === 'base64';
  return {
    object: 'list',
    data: vectors.map((bytes, index) => ({
      object: 'embedding',
      index,
      embedding: asText ? bytes.toString('base64') : numbersOf(bytes),
    })),
    model: body.model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** The inputs one by one. Throws `invalid_value` that names the one that is empty. */
function inputsOf(input: EmbeddingRequest['input']): (string | number[])[] {
  const refuse = (param: string, what: string): never => {
    throw new LatheError('invalid_value', `Invalid value for '${param}': ${what}.`, { param });
  };
  if (input.length === 0) refuse('input', 'it is empty; an embedding needs at least one token');
  if (typeof input === 'string') return [input];
  if (input.every((part) => typeof part === 'number')) return [input];
  if (input.length > mostInputs)
    refuse('input', `it has ${input.length} inputs; at most ${mostInputs} are taken at a time`);
  return input.map((part, index) => {
    if (part.length === 0)
      refuse(`input[${index}]`, 'it is empty; an embedding needs at least one token');
    return part;
  });
}

/** The bytes of each vector, in the order of the inputs. */
async function collect(pieces: AsyncIterable<EmbeddingPiece>) {
  const vectors: Buffer[] = [];
  for await (const piece of pieces) {
    if (piece.kind === 'done') return { vectors, promptTokens: piece.promptTokens };
    if (piece.kind !== 'vectors') continue;
    const bytes = Buffer.from(piece.data, 'base64');
    const size = 4 * piece.dimensions;
    for (let at = 0; at + size <= bytes.length; at += size)
      vectors.push(bytes.subarray(at, at + size));
  }
  throw new LatheError('internal_error', 'The evaluator ended its answer without the usage.');
}

/** Little-endian float32 as numbers, on a machine of either order. */
function numbersOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}
