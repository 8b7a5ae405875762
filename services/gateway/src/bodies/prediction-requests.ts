import { LatheError } from '@lathe/contracts/error';
import {
  classifyRequestSchema,
  rerankRequestSchema,
  type ScoreRequest,
  scoreRequestSchema,
} from '@lathe/contracts/http/classify';
import { mostInputs } from '@lathe/contracts/http/embedding';
import { moderationRequestSchema } from '@lathe/contracts/http/moderation';
import { type PipelineKind, pipelineBodies } from '@lathe/contracts/http/pipeline';
import type { Asked, PredictionQuestion } from '@lathe/contracts/message/prediction';
import { parseRequest } from '../http/parse.ts';

/** A request for predictions, with what its answer is made with. */
export type Read = {
  readonly model: string;
  readonly about: Pick<PredictionQuestion, 'param' | 'isList' | 'asked'>;
  /** Of a rerank: how many are told, and the documents where they are to come back. */
  readonly rerank?: { readonly top: number; readonly documents: readonly string[] | null };
};

type Reader = (json: unknown) => Pick<Read, 'about'>['about'];

const listed = <Item>(value: Item | readonly Item[]): Item[] =>
  Array.isArray(value) ? value : [value as Item];

/** The texts of a question, and whether a list of them was sent. */
const about = (inputs: unknown, asked: Asked) => ({
  param: 'inputs',
  isList: Array.isArray(inputs),
  asked,
});

const readers: Readonly<Record<PipelineKind, Reader>> = {
  'text-classification'(json) {
    const { inputs, parameters } = parseRequest(pipelineBodies['text-classification'], json);
    return about(inputs, {
      kind: 'text-classification',
      inputs: listed(inputs).map((input) =>
        typeof input === 'string'
          ? { text: input, pair: null }
          : { text: input.text, pair: input.text_pair ?? null },
      ),
      topK: parameters?.top_k ?? null,
      apply: parameters?.function_to_apply ?? null,
      inOrder: false,
    });
  },
  'token-classification'(json) {
    const { inputs, parameters } = parseRequest(pipelineBodies['token-classification'], json);
    return about(inputs, {
      kind: 'token-classification',
      inputs: listed(inputs),
      aggregation: parameters?.aggregation_strategy ?? 'simple',
      ignoreLabels: parameters?.ignore_labels ?? ['O'],
      stride: parameters?.stride ?? null,
    });
  },
  'question-answering'(json) {
    const { inputs, parameters } = parseRequest(pipelineBodies['question-answering'], json);
    return about(inputs, {
      kind: 'question-answering',
      inputs: listed(inputs),
      topK: parameters?.top_k ?? 1,
      docStride: parameters?.doc_stride ?? null,
      maxAnswerLen: parameters?.max_answer_len ?? 15,
      maxSeqLen: parameters?.max_seq_len ?? null,
      maxQuestionLen: parameters?.max_question_len ?? null,
      impossible: parameters?.handle_impossible_answer ?? false,
      alignToWords: parameters?.align_to_words ?? true,
    });
  },
  'fill-mask'(json) {
    const { inputs, parameters } = parseRequest(pipelineBodies['fill-mask'], json);
    const { top_k: topK, targets } = parameters ?? {};
    return about(inputs, {
      kind: 'fill-mask',
      inputs: listed(inputs),
      topK: topK ?? 5,
      targets: targets == null ? null : listed(targets),
    });
  },
  'feature-extraction'(json) {
    const { inputs } = parseRequest(pipelineBodies['feature-extraction'], json);
    return about(inputs, { kind: 'feature-extraction', inputs: listed(inputs) });
  },
  'sentence-similarity'(json) {
    const { inputs } = parseRequest(pipelineBodies['sentence-similarity'], json);
    const { source_sentence: text, sentences } = inputs;
    const pairs = sentences.map((pair) => ({ text, pair }));
    return {
      param: 'inputs.sentences',
      isList: true,
      asked: { kind: 'similarity', inputs: pairs },
    };
  },
};

/** Reads a body for one of the pipelines that the model answers as: the first whose inputs look like these. */
export function readPipeline(
  json: unknown,
  { model, pipelines }: { readonly model: string; readonly pipelines: readonly PipelineKind[] },
): Read {
  const isSimilarity =
    typeof json === 'object' &&
    json !== null &&
    'inputs' in json &&
    typeof json.inputs === 'object' &&
    json.inputs !== null &&
    'source_sentence' in json.inputs;
  const fitting = pipelines.find((kind) => (kind === 'sentence-similarity') === isSimilarity);
  const kind = fitting ?? pipelines[0];
  if (kind === undefined) throw new Error(`${model} has no pipeline`);
  return { model, about: readers[kind](json) };
}

/** Reads a body of POST /v1/classify. */
export function readClassify(json: unknown): Read {
  return readLabels(parseRequest(classifyRequestSchema, json));
}

/** Reads a body of POST /v1/moderations. */
export function readModeration(json: unknown): Read {
  return readLabels(parseRequest(moderationRequestSchema, json));
}

/** Texts whose labels are all told, in the order of the model. */
function readLabels({
  model,
  input,
}: {
  readonly model: string;
  readonly input: string | readonly string[];
}): Read {
  return {
    model,
    about: {
      param: 'input',
      isList: Array.isArray(input),
      asked: {
        kind: 'text-classification',
        inputs: listed(input).map((text) => ({ text, pair: null })),
        topK: null,
        apply: null,
        inOrder: true,
      },
    },
  };
}

/** Reads a body of POST /v1/score. Throws `invalid_value` for lists of different lengths. */
export function readScore(json: unknown): Read {
  const { model, ...texts } = parseRequest(scoreRequestSchema, json);
  const inputs = pairsOf(texts);
  const isList = Array.isArray(texts.text_1) || Array.isArray(texts.text_2);
  const param = Array.isArray(texts.text_2) ? 'text_2' : 'text_1';
  return { model, about: { param, isList, asked: { kind: 'similarity', inputs } } };
}

function pairsOf({ text_1: first, text_2: second }: Pick<ScoreRequest, 'text_1' | 'text_2'>) {
  const [ones, others] = [listed(first), second == null ? null : listed(second)];
  if (others === null) return ones.map((text) => ({ text, pair: null }));
  const count = Math.max(ones.length, others.length);
  const fits = (length: number): boolean => length === count || length === 1;
  if (!fits(ones.length) || !fits(others.length))
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'text_2': it has ${others.length} texts and 'text_1' has ${ones.length}; one with many, or as many of each.`,
      { param: 'text_2' },
    );
  return Array.from({ length: Math.min(count, mostInputs) }, (_, at) => ({
    text: (ones[at] ?? ones[0]) as string,
    pair: (others[at] ?? others[0]) as string,
  }));
}

/** Reads a body of POST /v1/rerank. */
export function readRerank(json: unknown): Read {
  const body = parseRequest(rerankRequestSchema, json);
  const documents = body.documents.map((each) => (typeof each === 'string' ? each : each.text));
  const inputs = documents.map((pair) => ({ text: body.query, pair }));
  return {
    model: body.model,
    about: { param: 'documents', isList: true, asked: { kind: 'similarity', inputs } },
    rerank: {
      top: body.top_n ?? documents.length,
      documents: body.return_documents === true ? documents : null,
    },
  };
}
