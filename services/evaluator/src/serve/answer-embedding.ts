import type { EmbeddingReply } from '@lathe/contracts/message/embedding';
import { toUnitLength } from '@lathe/engine/unit-length';
import type { Engine } from '../engine/engine.ts';
import { poolingOf, textModelOf } from '../models/ask-model.ts';
import type { ServedModel } from '../models/models.ts';
import { requireTask } from './abilities.ts';
import type { AnswerPorts } from './choice.ts';
import type { Request } from './responder.ts';

/** What of the replies is said about the vectors themselves. */
export type EmbeddingPiece = Extract<EmbeddingReply, { kind: 'vectors' | 'done' }>;

export type EmbeddingPorts = Omit<AnswerPorts, 'engine' | 'randomSeed'> & {
  readonly engine: Engine;
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
  { project, body }: Pick<Request, 'project' | 'body'>,
  model: ServedModel,
  { engine, texts, signal, reserve, settings, urgency = 'chat' }: EmbeddingPorts,
): AsyncGenerator<EmbeddingPiece, void> {
  requireTask(model, 'embeddings');
  const { inputs, dimensions } = await texts.inputs(textModelOf(model), body, { project, signal });
  const promptTokens = inputs.reduce((sum, { length }) => sum + length, 0);
  reserve(promptTokens);
  const mostVectors = Math.floor(settings.embeddingVectorBytes / (4 * dimensions));
  for (const part of parts(inputs, settings.embeddingTokens, mostVectors)) {
    const asked = {
      question: { kind: 'vectors', pooling: poolingOf(model.task), normalized: true },
      texts: part.map((tokens) => ({ tokens })),
    } as const;
    const asker = { project, signal, urgency };
    const vectors = await engine.predict(model.engine, asked, asker);
    const data = Buffer.concat(
      vectors.map((vector) => littleEndian(shortened(vector, dimensions))),
    );
    yield { kind: 'vectors', dimensions, data: data.toString('base64') };
  }
  yield { kind: 'done', promptTokens };
}

/** The inputs in order, cut into parts of so many tokens and inputs, one input at least. */
function* parts(
  inputs: readonly Int32Array[],
  mostTokens: number,
  mostInputs: number,
): Generator<Int32Array[]> {
  let part: Int32Array[] = [];
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
