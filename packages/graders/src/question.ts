import type { SingleGrader } from '@lathe/contracts/http/grader';
import { GradingFault } from './fault.ts';
import { fillTemplate, type Namespaces } from './template.ts';

type ModelGrader = Extract<SingleGrader, { type: 'score_model' | 'label_model' }>;

/** What a model has to be asked: a chat whose answer is `{"result": …}`, or vectors of two texts. */
export type Question =
  | {
      readonly kind: 'chat';
      readonly model: string;
      /** Body of a chat request. */
      readonly body: Readonly<Record<string, unknown>>;
      readonly result: Result;
    }
  | {
      readonly kind: 'vectors';
      readonly model: string;
      readonly texts: readonly [input: string, reference: string];
    };
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
    body: {
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
    },
  });
  if (grader.type === 'label_model') {
    const { labels, passing_labels: passing } = grader;
    return ask({ type: 'string', enum: [...new Set(labels)] }, { labels, passing }, {});
  }
  const [low, high] = grader.range ?? [0, 1];
  const { max_completions_tokens: most, ...others } = grader.sampling_params ?? {};
  const set = { ...others, max_completion_tokens: most };
  const sampling = Object.fromEntries(Object.entries(set).filter(([, value]) => value != null));
  return ask({ type: 'number', minimum: low, maximum: high }, { range: [low, high] }, sampling);
}

type Content = ModelGrader['input'][number]['content'];
type Block = string | { readonly text: string };

/** The texts of a message, in their order. */
export function blocksOf(content: Content): string[] {
  const blocks: readonly Block[] = Array.isArray(content) ? content : [content];
  return blocks.map((block) => (typeof block === 'string' ? block : block.text));
}

/** The score that a model's answer gives. Throws GradingFault (`model_grader_parse_error`) for any other answer. */
export function scoreOf(answer: string, result: Result): number {
  const value = resultIn(answer);
  if ('range' in result) {
    const [low, high] = result.range;
    if (typeof value === 'number' && value >= low && value <= high) return value;
    throw unread(answer, `no score from ${low} to ${high}`);
  }
  if (typeof value !== 'string' || !result.labels.includes(value))
    throw unread(answer, 'none of the labels');
  return Number(result.passing.includes(value));
}

function resultIn(answer: string): unknown {
  try {
    const json = JSON.parse(answer) as { result?: unknown } | null;
    return json?.result;
  } catch {
    return undefined;
  }
}

/** Longest part of an answer that is told. */
const mostTold = 100;

function unread(answer: string, what: string): GradingFault {
  return new GradingFault(
    'model_grader_parse_error',
    `The model's answer holds ${what}: ${JSON.stringify(answer.slice(0, mostTold))}.`,
  );
}
