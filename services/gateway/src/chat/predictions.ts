import { LatheError } from '@lathe/contracts/error';
import type { ClassificationList, RerankList, ScoreList } from '@lathe/contracts/http/classify';
import type { ModerationList } from '@lathe/contracts/http/moderation';
import { newId } from '@lathe/contracts/id';
import type { LabelScore, Prediction } from '@lathe/contracts/message/prediction';
import type { NamedModels } from '@lathe/platform/records/named-model';
import type { ReadPrediction } from '../bodies/body-task.ts';
import { tellingLimits } from '../http/rate-limits.ts';
import type { ChatAsker, ChatPorts } from './chat.ts';
import type { PredictionPiece } from './inference.ts';
import { numbersOf } from './numbers.ts';

export type PredictionPorts = NamedModels & Pick<ChatPorts, 'inference' | 'now'>;

type Collected = {
  readonly answers: readonly Prediction[];
  /** Hidden states of each input, in pieces. */
  readonly rows: readonly (readonly { readonly dimensions: number; readonly bytes: Buffer }[])[];
  readonly promptTokens: number;
};

/** Asks the evaluators; one answer an input. Throws what `Inference` throws. */
async function ask(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<Collected> {
  const pieces = ports.inference.predict(request, asker.signal);
  const found = await collect(tellingLimits(pieces, asker.onLimits));
  const count = request.kind === 'feature-extraction' ? found.rows.length : found.answers.length;
  if (count === request.inputs) return found;
  throw new LatheError(
    'internal_error',
    `The evaluator answered ${count} of ${request.inputs} inputs.`,
  );
}

async function collect(pieces: AsyncIterable<PredictionPiece>): Promise<Collected> {
  const answers: Prediction[] = [];
  const rows: { dimensions: number; bytes: Buffer }[][] = [];
  let open: { dimensions: number; bytes: Buffer }[] = [];
  for await (const piece of pieces) {
    if (piece.kind === 'answers') answers.push(...piece.answers);
    else if (piece.kind === 'rows') {
      const { dimensions, data, isLast } = piece;
      open.push({ dimensions, bytes: Buffer.from(data, 'base64') });
      if (isLast) {
        rows.push(open);
        open = [];
      }
    } else if (piece.kind === 'done') return { answers, rows, promptTokens: piece.promptTokens };
  }
  throw new LatheError('internal_error', 'The evaluator ended its answer without the usage.');
}

/**
 * The answer of a pipeline as JSON, in the shape that Hugging Face's clients read: labels are always a list of lists,
 * the others bare for one input, and a list for a list.
 */
export async function answerPipeline(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<AsyncIterable<string>> {
  const { answers, rows } = await ask(ports, asker, request);
  if (request.kind === 'feature-extraction') return statesText(rows);
  return inOne(JSON.stringify(shaped(answers, request)));
}

function shaped(answers: readonly Prediction[], { kind, isList, topK }: ReadPrediction): unknown {
  if (kind === 'text-classification' || kind === 'similarity') return answers;
  // As transformers tells a single answer.
  const each =
    kind === 'question-answering' && topK === 1
      ? answers.map((spans) => (spans as object[])[0] ?? { answer: '', score: 0, start: 0, end: 0 })
      : answers;
  return isList ? each : each[0];
}

async function* inOne(text: string): AsyncGenerator<string> {
  yield text;
}

/** Rows that are written out at once: about a millisecond's. */
const numbersAtOnce = 8192;

/** `[inputs, tokens, hiddenSize]` as JSON, some rows after another. */
async function* statesText(inputs: Collected['rows']): AsyncGenerator<string> {
  yield '[';
  for (const [index, pieces] of inputs.entries()) {
    yield index === 0 ? '[' : ',[';
    let isFirst = true;
    for (const { dimensions, bytes } of pieces) {
      const size = 4 * dimensions;
      const atOnce = Math.max(1, Math.floor(numbersAtOnce / dimensions)) * size;
      for (let at = 0; at < bytes.length; at += atOnce) {
        const rows: string[] = [];
        for (let row = at; row < Math.min(at + atOnce, bytes.length); row += size)
          rows.push(JSON.stringify(numbersOf(bytes.subarray(row, row + size))));
        yield `${isFirst ? '' : ','}${rows.join(',')}`;
        isFirst = false;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    yield ']';
  }
  yield ']';
}

const usageOf = ({ promptTokens }: Collected) => ({
  prompt_tokens: promptTokens,
  total_tokens: promptTokens,
});

/** The list of POST /v1/classify. */
export async function classify(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<ClassificationList> {
  const found = await ask(ports, asker, request);
  const data = (found.answers as LabelScore[][]).map((labels, index) => {
    const best = labels.reduce((most, each) => (each.score > most.score ? each : most));
    const probs = labels.map(({ score }) => score);
    return { index, label: best.label, probs, num_classes: labels.length };
  });
  return { ...listHead(ports, request), data, usage: usageOf(found) };
}

/** The answer of POST /v1/moderations: a label applies from a probability of one half on. */
export async function moderate(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<ModerationList> {
  const { answers } = await ask(ports, asker, request);
  const results = (answers as LabelScore[][]).map((labels) => {
    const categories = byLabel(labels, ({ score: chance }) => chance >= 0.5);
    return {
      flagged: Object.values(categories).includes(true),
      categories,
      category_scores: byLabel(labels, ({ score: chance }) => chance),
      category_applied_input_types: byLabel(labels, () => ['text' as const]),
    };
  });
  return { id: newId('moderation'), model: request.envelope.model, results };
}

function byLabel<Value>(
  labels: readonly LabelScore[],
  of: (label: LabelScore) => Value,
): Record<string, Value> {
  return Object.fromEntries(labels.map((each) => [each.label, of(each)]));
}

function listHead({ now }: PredictionPorts, { envelope }: ReadPrediction) {
  const created = Math.floor(now() / 1000);
  return { id: newId('prediction'), object: 'list', created, model: envelope.model } as const;
}

/** The list of POST /v1/score. */
export async function score(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<ScoreList> {
  const found = await ask(ports, asker, request);
  const data = (found.answers as number[]).map((value, index) => {
    return { index, object: 'score', score: value } as const;
  });
  return { ...listHead(ports, request), data, usage: usageOf(found) };
}

/** The list of POST /v1/rerank. */
export async function rerank(
  ports: PredictionPorts,
  asker: ChatAsker,
  request: ReadPrediction,
): Promise<RerankList> {
  const found = await ask(ports, asker, request);
  const { top, documents } = request.rerank ?? { top: found.answers.length, documents: null };
  const results = (found.answers as number[])
    .map((relevance, index) => ({
      index,
      relevance_score: relevance,
      ...(documents !== null && { document: { text: documents[index] as string } }),
    }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, top);
  const { id, model } = listHead(ports, request);
  return { id, model, usage: usageOf(found), results };
}
