import type { Architecture, Task } from './task.ts';

/** What a row is, whatever its columns are called. */
export type RowKind =
  | 'chat'
  | 'completion'
  | 'text'
  | 'preference'
  | 'judged'
  | 'labelled'
  | 'tagged'
  | 'question'
  | 'related';

type TaskRows = {
  /** Rows that can teach the task. */
  readonly kinds: readonly RowKind[];
  /** Such rows, as a user would write them. */
  readonly wanted: string;
};

const pairs =
  '{"input": {"messages": […]}, "preferred_output": [{"role": "assistant", "content": "…"}], "non_preferred_output": […]}';

/**
 * The rows of each task.
 * @example taskRows.reward.kinds; // preference, labelled
 */
export const taskRows: Readonly<Record<Task['type'], TaskRows>> = {
  generation: {
    kinds: ['chat', 'completion', 'text', 'labelled'],
    wanted:
      'either {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]} or {"prompt": "…", "completion": "…"}, or {"text": "…"}',
  },
  preference: { kinds: ['preference'], wanted: pairs },
  reward: { kinds: ['preference', 'labelled'], wanted: `${pairs} or {"text": "…", "score": 0.5}` },
  classification: {
    kinds: ['labelled'],
    wanted:
      '{"text": "…", "label": "…"}, with "text_pair" for pairs of texts, "labels": […] where several hold, or a number as the label',
  },
  'token-classification': {
    kinds: ['tagged'],
    wanted:
      '{"tokens": ["…"], "ner_tags": ["O"]} or {"text": "…", "spans": [{"start": 0, "end": 4, "label": "…"}]}',
  },
  'question-answering': {
    kinds: ['question'],
    wanted:
      '{"question": "…", "context": "…", "answers": {"text": ["…"], "answer_start": [0]}}, with empty lists where the context holds no answer',
  },
  embedding: {
    kinds: ['related'],
    wanted:
      '{"anchor": "…", "positive": "…"}, with "negative" where there is one, {"query": "…", "positive": "…", "negatives": […]} or {"sentence1": "…", "sentence2": "…", "score": 0.5}',
  },
  'masked-lm': { kinds: ['text'], wanted: '{"text": "…"}' },
};

/**
 * The task of rows where the job names none, by the base model; undefined where such a model cannot be taught by them alone.
 * @example usualTask.labelled.encoder; // classification
 */
export const usualTask: Readonly<
  Record<RowKind, Readonly<Record<Architecture, Task['type'] | undefined>>>
> = {
  chat: { decoder: 'generation', encoder: undefined },
  completion: { decoder: 'generation', encoder: undefined },
  text: { decoder: 'generation', encoder: 'masked-lm' },
  // Of a decoder they belong to the method dpo.
  preference: { decoder: undefined, encoder: 'reward' },
  judged: { decoder: undefined, encoder: undefined },
  labelled: { decoder: 'generation', encoder: 'classification' },
  tagged: { decoder: undefined, encoder: 'token-classification' },
  question: { decoder: undefined, encoder: 'question-answering' },
  related: { decoder: 'embedding', encoder: 'embedding' },
};

/** Names under which one text, or the first and the second of a pair, stand in a labelled row. */
export const labelledTexts: readonly (
  | readonly [text: string]
  | readonly [text: string, pair: string]
)[] = [
  ['sentence1', 'sentence2'],
  ['premise', 'hypothesis'],
  ['question1', 'question2'],
  ['question', 'sentence'],
  ['text', 'text_pair'],
  ['text'],
  ['sentence'],
];

/** Names of what a labelled row says of its text. */
export const labelNames = ['label', 'labels', 'category', 'score'] as const;

/** Names of the tags of words, and of the marked stretches of a text. */
export const tagNames = ['ner_tags', 'tags'] as const;
export const spanNames = ['spans', 'entities'] as const;
