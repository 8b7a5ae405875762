import type { Asked, Prediction } from '@lathe/contracts/message/prediction';
import type { Question } from '@lathe/engine/predictor';
import type { Pooling } from '@lathe/engine/sentence-folder';
import type { Asker, Engine, EngineText } from '../engine/engine.ts';
import type { EncodedInput } from '../texts/predict/input.ts';
import type { ServedTask } from '../texts/served-task.ts';
import type { PreparedQuestion, TextModel } from '../texts/text-task.ts';
import type { Texts } from '../texts/texts.ts';
import type { ServedModel } from './models.ts';

type Ports = { readonly engine: Engine; readonly texts: Texts };
type Options = Asker & {
  readonly urgency: 'chat' | 'evaluation';
  /** Tokens of one piece of work, unless one input alone has more. */
  readonly tokensAtOnce: number;
};
/** Some of the inputs, and all of their texts. */
type Part = { readonly inputs: readonly EncodedInput[]; readonly texts: readonly EngineText[] };

/**
 * Asks a model texts, in the words that its door is asked in: one prediction an input, in order. For evaluations, whose
 * rows are no request. Throws what `prepareQuestion` throws, and what the engine does.
 */
export async function askTexts(
  ports: Ports,
  { model, asked }: { readonly model: ServedModel; readonly asked: Asked },
  options: Options,
): Promise<Prediction[]> {
  const { project } = options;
  const about = { version: 1, requestId: 'evaluation', project, model: model.name } as const;
  const body = Buffer.from(JSON.stringify({ ...about, param: 'rows', isList: true, asked }));
  const prepared = await ports.texts.question(textModelOf(model), body, options);
  const found: Prediction[] = [];
  for await (const answers of predictions(ports, { model, prepared }, options))
    found.push(...answers);
  return found;
}

/** The answers to inputs that have become tokens, some after another. */
export async function* predictions(
  { engine, texts }: Ports,
  { model, prepared }: { readonly model: ServedModel; readonly prepared: PreparedQuestion },
  options: Options,
): AsyncGenerator<readonly Prediction[], void> {
  const textModel = textModelOf(model);
  for (const part of partsOf(prepared.inputs, options.tokensAtOnce)) {
    const question = questionOf(prepared.options.kind, model.task, part);
    if (question.kind === 'vectors') {
      const { distinct, places } = withoutRepeats(part.texts);
      const asked = { question, texts: distinct };
      const vectors = await engine.predict(model.engine, asked, options);
      const inPlace = places.map((place) => vectors[place] as Float32Array);
      yield cosinesOf(part, inPlace);
      continue;
    }
    const asked = { question, texts: part.texts };
    const results = await engine.predict(model.engine, asked, options);
    let at = 0;
    const inputs = part.inputs.map(({ sheet, texts: own }) => {
      const from = at;
      at += own.length;
      return { sheet, results: results.slice(from, at) };
    });
    yield await texts.answers(textModel, { options: prepared.options, inputs }, options);
  }
}

/** The hidden states of inputs, `[tokens, hiddenSize]` each. */
export async function* hiddenStates(
  { engine }: Pick<Ports, 'engine'>,
  { model, prepared }: { readonly model: ServedModel; readonly prepared: PreparedQuestion },
  options: Options,
): AsyncGenerator<Float32Array<ArrayBuffer>, void> {
  for (const { texts } of partsOf(prepared.inputs, options.tokensAtOnce))
    yield* await engine.predict(model.engine, { question: { kind: 'states' }, texts }, options);
}

/** What has to be known of a served model to make tokens of texts. */
export function textModelOf({ name, style, room, task, texts: folder }: ServedModel): TextModel {
  return { name, style, room, task, folder };
}

/** Which hidden state stands for a text. */
export function poolingOf(task: ServedTask): Pooling {
  return task.type === 'embedding' ? task.pooling : 'mean';
}

function questionOf(kind: Asked['kind'], task: ServedTask, { inputs }: Part): Question {
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
    const [a = new Float32Array(), b = a] = vectors.slice(at, at + own.length);
    at += own.length;
    return a.reduce((sum, value, place) => sum + value * (b[place] as number), 0);
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
