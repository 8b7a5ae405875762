import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { ServedModel } from '../../models/models.ts';
import type { DrawnRow } from '../../texts/drawn-rows.ts';
import { argmax, softmax } from '../../texts/predict/input.ts';
import { closenessByVectors } from '../judge/embedding.ts';
import type { TaskData, TaskName } from '../judge/task-contest.ts';
import { type AskPorts, askTokens, textOf } from './ask-tokens.ts';
import { maskedExamples } from './masked-examples.ts';

/** Tasks whose models say numbers about texts; models that write have a contest of their own, and questions their texts. */
export type NumbersTask = Exclude<
  TaskName,
  'generation' | 'preference' | 'judged' | 'rewarded' | 'question-answering'
>;

export type RowsOf<Task extends TaskName> = readonly {
  readonly row: TaskData[Task]['row'];
  readonly examples: DrawnRow['examples'];
}[];

export type TaskSettings = {
  /** In the order of the model's scores. */
  readonly labels: readonly string[];
  readonly problem: 'single-label' | 'multi-label' | 'regression';
  readonly maskedShare: number;
  readonly seed: number;
};

type Asked<Task extends TaskName> = {
  readonly rows: RowsOf<Task>;
  readonly settings: TaskSettings;
  readonly ports: AskPorts;
};

/** What a model answers to each row, read from the tokens that ingest made of it. */
export const answerRows: {
  readonly [Task in NumbersTask]: (
    model: ServedModel,
    asked: Asked<Task>,
  ) => Promise<TaskData[Task]['answer'][]>;
} = {
  async classification(model, { rows, settings: { labels, problem }, ports }) {
    const question = { kind: 'sequence-classification' } as const;
    const scores = await askTokens(model, { question, texts: textsOf(rows) }, ports);
    return scores.map((own) => {
      if (problem === 'regression') return { answer: [...own], probabilities: [] };
      if (problem === 'multi-label') {
        const each = Array.from(own, (score) => 1 / (1 + Math.exp(-score)));
        const answer = labels.filter((_, at) => (each[at] ?? 0) >= 0.5);
        return { answer, probabilities: each };
      }
      const probabilities = [...softmax(own)];
      return { answer: labels[argmax(own)] ?? '', probabilities };
    });
  },

  async 'token-classification'(model, { rows, settings: { labels }, ports }) {
    const question = { kind: 'token-classification' } as const;
    const scores = await askTokens(model, { question, texts: textsOf(rows) }, ports);
    let first = 0;
    return rows.map(({ row, examples }) => {
      const told = examples.flatMap((example, at) =>
        tagsOf(example, scores[first + at] as Float32Array, labels),
      );
      first += examples.length;
      return wordTags(row.tags, told);
    });
  },

  async embedding(model, { rows, ports }) {
    const pooling = model.task.type === 'embedding' ? model.task.pooling : 'mean';
    const question = { kind: 'vectors', pooling, normalized: true } as const;
    const vectors = await askTokens(model, { question, texts: textsOf(rows) }, ports);
    let first = 0;
    const own = rows.map(({ examples }) => {
      const from = first;
      first += examples.length;
      return vectors.slice(from, first);
    });
    return closenessByVectors(
      rows.map(({ row }) => row),
      own,
    );
  },

  async reward(model, { rows, ports }) {
    const question = { kind: 'sequence-classification' } as const;
    const scores = await askTokens(model, { question, texts: textsOf(rows) }, ports);
    let first = 0;
    return rows.map(({ row, examples }) => {
      const [preferred = 0, rejected = 0] = scores
        .slice(first, first + examples.length)
        .map(([score = 0]) => score);
      first += examples.length;
      return row.kind === 'preference' ? { preferred, rejected } : preferred;
    });
  },

  async 'masked-lm'(model, { rows, settings, ports }) {
    const mask = model.facts.maskToken;
    if (mask === null) throw new RangeError(`${model.name} names no token that masks words`);
    const masked = maskedExamples(
      rows.map(({ examples }) => examples[0] as ShardExample),
      { mask, share: settings.maskedShare, seed: settings.seed },
    );
    const places = masked.map((each) => each.places);
    const texts = masked.map(({ text }) => text);
    const scores = await askTokens(
      model,
      { question: { kind: 'masked-lm', places }, texts },
      ports,
    );
    return masked.map(({ hidden }, at) => ({
      loss: lossOf(scores[at] as Float32Array, hidden),
      tokens: hidden.length,
    }));
  },
};

const textsOf = (rows: readonly { readonly examples: DrawnRow['examples'] }[]) =>
  rows.flatMap(({ examples }) => examples.map(textOf));

/** What stands at the tokens that have a label: the gold label's place, and the one with the highest score. */
function tagsOf(
  { tokens, labels: gold }: ShardExample,
  scores: Float32Array,
  labels: readonly string[],
) {
  const width = scores.length / tokens.length;
  return Array.from(gold ?? []).flatMap((place, at) => {
    if (place < 0) return [];
    const best = argmax(scores.subarray(at * width, (at + 1) * width));
    return [{ gold: labels[place], tag: labels[best] ?? 'O' }];
  });
}

/** A tag for each word; a word that has no token, which is told at the rows' check, is not answered. */
function wordTags(
  tags: readonly string[],
  told: readonly { readonly gold: string | undefined; readonly tag: string }[],
): string[] {
  let next = 0;
  return tags.map((tag) => {
    const own = told[next];
    if (own === undefined || own.gold !== tag) return 'O';
    next++;
    return own.tag;
  });
}

/** Σ −ln p of the hidden tokens, in nats, of their scores one row after another. */
function lossOf(scores: Float32Array, hidden: readonly number[]): number {
  const width = scores.length / Math.max(1, hidden.length);
  return hidden.reduce((sum, token, at) => {
    const chances = softmax(scores.subarray(at * width, (at + 1) * width));
    return sum - Math.log(Math.max(Number.MIN_VALUE, chances[token] as number));
  }, 0);
}
