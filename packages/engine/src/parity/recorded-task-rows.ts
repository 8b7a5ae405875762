import { preferenceSchema } from '@lathe/recipe/preference';
import type { Recipe } from '@lathe/recipe/recipe';
import { type Task, taskSchema } from '@lathe/recipe/task';
import type { TaskRow } from '../objectives/task-row.ts';
import type { RecordedText } from './encoder-reference.ts';
import type { EncoderTask } from './recorded-encoder-tasks.ts';
import type { RecordedPair } from './recorded-preferences.ts';

/** A recorded case as a job has it: what its recipe says of the task, and its rows. */
export type TaskRows = {
  readonly recipe: Pick<Recipe, 'task' | 'preference'>;
  readonly rows: readonly TaskRow[];
};

const labels = ['complaint', 'praise', 'question'];

const encoderCases: {
  readonly [Name in EncoderTask]: {
    readonly task: object;
    readonly columns: (text: RecordedText) => Partial<TaskRow>;
  };
} = {
  'masked-lm': {
    task: { type: 'masked-lm' },
    columns: ({ tokens }) => ({ supervised: new Uint8Array(tokens.length).fill(1) }),
  },
  'single-label': {
    task: { type: 'classification', labels },
    columns: ({ label }) => ({ target: Float32Array.of(label) }),
  },
  'multi-label': {
    task: { type: 'classification', problem: 'multi-label', labels },
    columns: (text) => ({ target: Float32Array.from(text.labels) }),
  },
  regression: {
    task: { type: 'classification', problem: 'regression' },
    columns: ({ value }) => ({ target: Float32Array.of(value) }),
  },
  'token-classification': {
    task: { type: 'token-classification', labels },
    columns: ({ tokenLabels }) => ({ labels: Int32Array.from(tokenLabels) }),
  },
  'span-extraction': {
    task: { type: 'question-answering' },
    columns: ({ start, end }) => ({ span: Int32Array.of(start, end) }),
  },
};

/** The rows of a recorded task of an encoder. */
export function encoderTaskRows(
  task: EncoderTask,
  texts: readonly RecordedText[],
  hasTypes: boolean,
): TaskRows {
  const { task: settings, columns } = encoderCases[task];
  return {
    recipe: { task: taskSchema.parse(settings) },
    rows: texts.map((text) => ({
      tokens: Int32Array.from(text.tokens),
      supervised: new Uint8Array(text.tokens.length),
      ...(hasTypes && { types: Uint8Array.from(text.types) }),
      ...columns(text),
    })),
  };
}

/** What was hidden when the recording was made, instead of what a run would draw. */
export function recordedMasks(texts: readonly RecordedText[]) {
  return (examples: readonly object[]): object[] =>
    texts.map(({ masked, maskedPlaces, tokens }, at) => ({
      ...examples[at],
      tokens: Int32Array.from(masked),
      hidden: Int32Array.from(maskedPlaces),
      answers: Int32Array.from(maskedPlaces, (place) => tokens[place] as number),
    }));
}

/** Cases of pairs that a recipe can ask for as they were recorded. */
export const pairCases = ['dpo-sigmoid', 'reward', 'embedding-mean', 'embedding-scores'] as const;

/** The rows of recorded pairs. */
export function pairTaskRows(
  name: (typeof pairCases)[number],
  pairs: readonly RecordedPair[],
): TaskRows {
  const answered = (prompt: readonly number[], answer: readonly number[]) => {
    const tokens = Int32Array.of(...prompt, ...answer);
    return { tokens, supervised: new Uint8Array(tokens.length).fill(1, prompt.length) };
  };
  const plain = (tokens: readonly number[]) => answered(tokens, []);
  const task = (given: object): { task: Task } => ({ task: taskSchema.parse(given) });
  const two = (of: (pair: RecordedPair) => readonly TaskRow[]): TaskRow[] => pairs.flatMap(of);
  const grouped = (rows: readonly TaskRow[], target?: (pair: RecordedPair) => number) =>
    rows.map((row, at) => {
      const pair = pairs[Math.floor(at / 2)] as RecordedPair;
      const group = Int32Array.of(Math.floor(at / 2));
      return { ...row, group, ...(target && { target: Float32Array.of(target(pair)) }) };
    });
  const answers = two(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((answer) => answered(prompt, answer)),
  );
  const texts = two(({ prompt, chosen }) => [plain(prompt), plain(chosen)]);
  switch (name) {
    case 'dpo-sigmoid':
      return {
        recipe: { ...task({ type: 'preference' }), preference: preferenceSchema.parse({}) },
        rows: answers,
      };
    case 'reward':
      return {
        recipe: task({ type: 'reward', centerCoefficient: 0.01 }),
        rows: grouped(answers, ({ margin }) => margin),
      };
    case 'embedding-mean':
      return { recipe: task({ type: 'embedding' }), rows: grouped(texts) };
    case 'embedding-scores':
      return {
        recipe: task({ type: 'embedding' }),
        rows: grouped(texts, ({ margin }) => 0.25 + margin),
      };
  }
}
