import type { SingleGrader } from '@lathe/contracts/http/grader';
import { GradingFault } from './fault.ts';
import { fillTemplate, type Namespaces } from './template.ts';

type ModelGrader = Extract<SingleGrader, { type: 'score_model' | 'label_model' }>;

/** What a model has to be asked: a chat, vectors of two texts, or two chats about a pair. */
export type Question =
  | {
      readonly kind: 'chat';
      readonly model: string;
      readonly body: ChatBody;
      readonly result: Result;
    }
  | {
      readonly kind: 'vectors';
      readonly model: string;
      readonly texts: readonly [input: string, reference: string];
    }
  | {
      readonly kind: 'pair';
      readonly model: string;
      /** Bodies of chat requests: with the answer first, and with it last. */
      readonly bodies: readonly [ChatBody, ChatBody];
    };
/** Body of a chat request whose answer is `{"result": …}`. */
type ChatBody = Readonly<Record<string, unknown>>;
type Result =
  | { readonly range: readonly [low: number, high: number] }
  | { readonly passing: readonly string[]; readonly labels: readonly string[] };

/** Tokens of an answer where the grader says nothing. */
const answerTokens = 128;

/**
 * The chat of a grader that asks a model: its messages with the row and the sample filled in, and the form of its answer.
 *
 * @example
 * const judge = { type: 'label_model', name: 'tone', model: 'm', labels: ['polite', 'rude'], passing_labels: ['polite'], input: [{ role: 'user', content: '{{ sample.output_text }}' }] } as const;
 * const { model } = chatQuestion({ ...judge, input: [...judge.input], labels: [...judge.labels], passing_labels: [...judge.passing_labels] }, { item: {}, sample: { output_text: 'Hi' } });
 */
export function chatQuestion(grader: ModelGrader, namespaces: Namespaces): Question {
  const messages = grader.input.map(({ role, content }) => ({
    role,
    content: blocksOf(content)
      .map((text) => fillTemplate(text, namespaces))
      .join('\n'),
  }));
  const { model } = grader;
  const ask = (schema: object, result: Result, sampling: object): Question => ({
    ...{ kind: 'chat', model, result },
    body: chatBody(model, messages, schema, sampling),
  });
  if (grader.type === 'label_model') {
    const { labels, passing_labels: passing } = grader;
    return ask({ type: 'string', enum: [...new Set(labels)] }, { labels, passing }, {});
  }
  const [low, high] = grader.range ?? [0, 1];
  const {
    max_completions_tokens: most,
    reasoning_effort: _,
    ...others
  } = grader.sampling_params ?? {};
  const set = { ...others, max_completion_tokens: most };
  const sampling = Object.fromEntries(Object.entries(set).filter(([, value]) => value != null));
  return ask({ type: 'number', minimum: low, maximum: high }, { range: [low, high] }, sampling);
}

/** A chat that a model can only answer with `{"result": …}` of that schema; greedy, unless `sampling` says otherwise. */
export function chatBody(
  model: string,
  messages: readonly object[],
  schema: object,
  sampling: object = {},
): ChatBody {
  return {
    model,
    messages,
    max_completion_tokens: answerTokens,
    temperature: 0,
    ...sampling,
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'grade',
        strict: true,
        schema: {
          type: 'object',
          properties: { result: schema },
          required: ['result'],
          additionalProperties: false,
        },
      },
    },
  };
}

type Content = ModelGrader['input'][number]['content'];
type Block = string | { readonly text: string };

/** The texts of a message, in their order. */
export function blocksOf(content: Content): string[] {
  const blocks: readonly Block[] = Array.isArray(content) ? content : [content];
  return blocks.map((block) => (typeof block === 'string' ? block : block.text));
}

/** What a model's answer gives: a score, and the label where it chose one. */
type Score = { readonly score: number; readonly label?: string };

/** Reads a model's answer. Throws GradingFault (`model_grader_parse_error`) for one that is no such result. */
export function scoreOf(answer: string, result: Result): Score {
  const value = resultIn(answer);
  if ('range' in result) {
    const [low, high] = result.range;
    if (typeof value === 'number' && value >= low && value <= high) return { score: value };
    throw unread(answer, `no score from ${low} to ${high}`);
  }
  if (typeof value !== 'string' || !result.labels.includes(value))
    throw unread(answer, 'none of the labels');
  return { score: Number(result.passing.includes(value)), label: value };
}

/** The result in a model's answer; undefined where there is none. */
export function resultIn(answer: string): unknown {
  try {
    const json = JSON.parse(answer) as { result?: unknown } | null;
    return json?.result;
  } catch {
    return undefined;
  }
}

/** Longest part of an answer that is told. */
const mostTold = 100;

/** The fault of an answer that holds what it may not, `what` in words. */
export function unread(answer: string, what: string): GradingFault {
  return new GradingFault(
    'model_grader_parse_error',
    `The model's answer holds ${what}: ${JSON.stringify(answer.slice(0, mostTold))}.`,
  );
}
