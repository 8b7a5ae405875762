import type { Prediction, PredictionReply } from '@lathe/contracts/message/prediction';
import type { Question } from '@lathe/engine/predictor';
import type { Asker, Engine, EngineText } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { EncodedInput } from '../texts/predict/input.ts';
import type { PreparedQuestion, TextModel } from '../texts/text-task.ts';
import type { Texts } from '../texts/texts.ts';
import { poolingOf } from './abilities.ts';
import type { EmbeddingPorts } from './answer-embedding.ts';
import type { Request } from './responder.ts';

/** What of the replies is said about the answers themselves. */
export type PredictionPiece = Extract<PredictionReply, { kind: 'answers' | 'rows' | 'done' }>;

type Ports = { readonly engine: Engine; readonly texts: Texts };
type Part = { readonly inputs: readonly EncodedInput[]; readonly texts: readonly EngineText[] };

/**
 * Answers a request for predictions, some inputs after another. Throws what `prepareQuestion` throws before the first
 * piece.
 */
export async function* answerPrediction(
  { project, body }: Pick<Request, 'project' | 'body'>,
  model: ServedModel,
  { engine, texts, signal, reserve, settings }: EmbeddingPorts,
): AsyncGenerator<PredictionPiece, void> {
  const textModel = textModelOf(model);
  const asker = { project, signal };
  const prepared = await texts.question(textModel, body, asker);
  const promptTokens = prepared.inputs
    .flatMap((input) => input.texts)
    .reduce((sum, { tokens }) => sum + tokens.length, 0);
  reserve(promptTokens);
  const { kind } = prepared.options;
  for (const part of partsOf(prepared.inputs, settings.embeddingTokens)) {
    if (kind === 'feature-extraction') {
      const asked = { question: { kind: 'states' }, texts: part.texts } as const;
      const states = await engine.predict(model.engine, asked, { ...asker, urgency: 'chat' });
      for (const rows of states)
        yield* rowPieces(rows, model.facts.hiddenSize, settings.embeddingVectorBytes);
      continue;
    }
    const answers = await answersOf(
      { model, textModel, options: prepared.options, part },
      { engine, texts },
      { ...asker, urgency: 'chat' },
    );
    yield* answerPieces(answers, settings.embeddingVectorBytes);
  }
  const { task } = model;
  yield { kind: 'done', promptTokens, labels: 'labels' in task ? task.labels.length : 0 };
}

function textModelOf({ name, style, room, task, texts: folder }: ServedModel): TextModel {
  return { name, style, room, task, folder };
}

async function answersOf(
  {
    model,
    textModel,
    options,
    part,
  }: {
    readonly model: ServedModel;
    readonly textModel: TextModel;
    readonly options: PreparedQuestion['options'];
    readonly part: Part;
  },
  { engine, texts }: Ports,
  asker: Asker & { readonly urgency: 'chat' | 'evaluation' },
): Promise<readonly Prediction[]> {
  const question = questionOf(options.kind, model, part);
  if (question.kind === 'vectors') {
    const { distinct, places } = withoutRepeats(part.texts);
    const vectors = await engine.predict(model.engine, { question, texts: distinct }, asker);
    return cosinesOf(
      part,
      places.map((place) => vectors[place] as Float32Array),
    );
  }
  const results = await engine.predict(model.engine, { question, texts: part.texts }, asker);
  let at = 0;
  const inputs = part.inputs.map(({ sheet, texts: own }) => {
    const from = at;
    at += own.length;
    return { sheet, results: results.slice(from, at) };
  });
  return texts.answers(textModel, { options, inputs }, asker);
}

function questionOf(
  kind: PreparedQuestion['options']['kind'],
  { task }: ServedModel,
  { inputs }: Part,
): Question {
  switch (kind) {
    case 'text-classification':
      return { kind: 'sequence-classification' };
    case 'token-classification':
    case 'question-answering':
      return { kind };
    case 'fill-mask':
      return { kind: 'masked-lm', places: inputs.flatMap(({ places = [] }) => places) };
    case 'feature-extraction':
      return { kind: 'states' };
    case 'similarity':
      return task.type === 'classification' || task.type === 'reward'
        ? { kind: 'sequence-classification' }
        : { kind: 'vectors', pooling: poolingOf(task), normalized: true };
  }
}

/** Each text once, such as a query that all documents are compared with, and which of them stands at each place. */
function withoutRepeats(texts: readonly EngineText[]) {
  const known = new Map<string, number>();
  const distinct: EngineText[] = [];
  const places = texts.map((text) => {
    const key = text.tokens.join();
    const place = known.get(key) ?? distinct.push(text) - 1;
    known.set(key, place);
    return place;
  });
  return { distinct, places };
}

/** The cosine of the two texts of each input. */
function cosinesOf({ inputs }: Part, vectors: readonly Float32Array[]): number[] {
  let at = 0;
  return inputs.map(({ texts: own }) => {
    const [a, b = a] = vectors.slice(at, at + own.length);
    at += own.length;
    return (a ?? new Float32Array()).reduce(
      (sum, value, place) => sum + value * (b?.[place] ?? 0),
      0,
    );
  });
}

/** The inputs in order, cut into parts of so many tokens, one input at least. */
function* partsOf(inputs: readonly EncodedInput[], mostTokens: number): Generator<Part> {
  let part: EncodedInput[] = [];
  let tokens = 0;
  const made = (): Part => ({ inputs: part, texts: part.flatMap(({ texts }) => texts) });
  for (const input of inputs) {
    const own = input.texts.reduce((sum, text) => sum + text.tokens.length, 0);
    if (part.length > 0 && tokens + own > mostTokens) {
      yield made();
      part = [];
      tokens = 0;
    }
    part.push(input);
    tokens += own;
  }
  if (part.length > 0) yield made();
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
