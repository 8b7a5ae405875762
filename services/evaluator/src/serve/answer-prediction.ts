import type { Prediction, PredictionReply } from '@lathe/contracts/message/prediction';
import { hiddenStates, predictions, textModelOf } from '../models/ask-model.ts';
import type { ServedModel } from '../models/models.ts';
import type { EmbeddingPorts } from './answer-embedding.ts';
import type { Request } from './responder.ts';

/** What of the replies is said about the answers themselves. */
export type PredictionPiece = Extract<PredictionReply, { kind: 'answers' | 'rows' | 'done' }>;

/**
 * Answers a request for predictions, some inputs after another. Throws what `prepareQuestion` throws before the first
 * piece.
 */
export async function* answerPrediction(
  { project, body }: Pick<Request, 'project' | 'body'>,
  model: ServedModel,
  { engine, texts, signal, reserve, settings }: EmbeddingPorts,
): AsyncGenerator<PredictionPiece, void> {
  const prepared = await texts.question(textModelOf(model), body, { project, signal });
  const promptTokens = prepared.inputs
    .flatMap((input) => input.texts)
    .reduce((sum, { tokens }) => sum + tokens.length, 0);
  reserve(promptTokens);
  const { embeddingTokens: tokensAtOnce, embeddingVectorBytes: mostBytes } = settings;
  const options = { project, signal, urgency: 'chat', tokensAtOnce } as const;
  const about = { model, prepared };
  if (prepared.options.kind === 'feature-extraction')
    for await (const rows of hiddenStates({ engine }, about, options))
      yield* rowPieces(rows, model.facts.hiddenSize, mostBytes);
  else
    for await (const answers of predictions({ engine, texts }, about, options))
      yield* answerPieces(answers, mostBytes);
  yield { kind: 'done', promptTokens };
}

/** Rows of numbers as base64, in pieces that a message can hold. */
function* rowPieces(
  rows: Float32Array,
  dimensions: number,
  mostBytes: number,
): Generator<PredictionPiece> {
  const atOnce = Math.max(1, Math.floor(mostBytes / (4 * dimensions))) * dimensions;
  for (let from = 0; from < rows.length; from += atOnce) {
    const bytes = Buffer.alloc(4 * Math.min(atOnce, rows.length - from));
    for (let at = 0; 4 * at < bytes.length; at++)
      bytes.writeFloatLE(rows[from + at] as number, 4 * at);
    const isLast = from + atOnce >= rows.length;
    yield { kind: 'rows', dimensions, data: bytes.toString('base64'), isLast };
  }
}

/** Answers in pieces that a message can hold. */
function* answerPieces(
  answers: readonly Prediction[],
  mostBytes: number,
): Generator<PredictionPiece> {
  let piece: Prediction[] = [];
  let bytes = 0;
  for (const answer of answers) {
    const own = Buffer.byteLength(JSON.stringify(answer));
    if (piece.length > 0 && bytes + own > mostBytes) {
      yield { kind: 'answers', answers: piece };
      piece = [];
      bytes = 0;
    }
    piece.push(answer);
    bytes += own;
  }
  if (piece.length > 0) yield { kind: 'answers', answers: piece };
}
