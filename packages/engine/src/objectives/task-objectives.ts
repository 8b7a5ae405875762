import { preferenceSchema } from '@lathe/recipe/preference';
import type { Recipe } from '@lathe/recipe/recipe';
import type { Task, TaskOf } from '@lathe/recipe/task';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { EncoderConfig } from '../families/encoder-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { causalLm } from './causal-lm.ts';
import { weightsOfLabels } from './class-weights.ts';
import { type EmbeddingExample, embeddingPairs } from './embedding-pairs.ts';
import { embeddingScores } from './embedding-scores.ts';
import { drawnExamples, withDrawnTokens } from './hidden-tokens.ts';
import { maskedLm } from './masked-lm.ts';
import type { Objective } from './objective.ts';
import { preferenceObjective } from './preference-objective.ts';
import { type RewardPair, reward } from './reward.ts';
import { type LabelledExample, sequenceClassification } from './sequence-classification.ts';
import { spanExtraction } from './span-extraction.ts';
import { columnOf, groupsOf, type TaskRow, textOf } from './task-row.ts';
import { tokenClassification } from './token-classification.ts';

/** What a run learns from: the model, the rows, and what the recipe says. */
export type TaskRun = {
  readonly model: AnyModelFolder;
  readonly rows: readonly TaskRow[];
  readonly recipe: Pick<Recipe, 'preference' | 'seed' | 'classWeights'>;
};

/** Takes an objective with the function from rows to its examples. */
export type Act<Result> = <Example>(
  objective: Objective<Example>,
  examplesOf: (rows: readonly TaskRow[]) => readonly Example[],
) => Result;

/** Opens the objective of one task. Throws RangeError where this model or these rows cannot learn it. */
export type OpenTask<Type extends Task['type']> = <Result>(
  task: TaskOf<Type>,
  run: TaskRun,
  act: Act<Result>,
) => Result | Promise<Result>;

/** Every task with its objective; one that is forgotten does not compile. */
export const taskObjectives: { readonly [Type in Task['type']]: OpenTask<Type> } = {
  generation(_, { model }, act) {
    requireDecoder('generation', model);
    return act(causalLm, (rows) => rows);
  },
  preference(_, { model, recipe }, act) {
    requireDecoder('preference', model);
    return preferenceObjective(recipe.preference ?? preferenceSchema.parse({}), act);
  },
  reward({ centerCoefficient }, { model: { config }, rows }, act) {
    const isScored = rows[0]?.target !== undefined && rows[0].group === undefined;
    if (!isScored) return act(reward(config, { centerCoefficient }), rewardPairs);
    const settings = { problem: 'regression', labels: 1 } as const;
    return act(sequenceClassification(config, settings), (scored) => scored.map(numbers));
  },
  classification({ problem = 'single-label', labels: named }, { model, rows, recipe }, act) {
    const { config } = model;
    const isNumbers = problem === 'regression';
    const labels = isNumbers
      ? (named?.length ?? rows[0]?.target?.length ?? 1)
      : labelsOf('classification', named).length;
    const weights =
      problem === 'single-label'
        ? weightsOfLabels(recipe.classWeights, named ?? [], () =>
            countsOf(labels, rows, ({ target }) => target),
          )
        : undefined;
    const names = named && { labelNames: named };
    const settings = { problem, labels, ...names, ...(weights && { weights }) };
    return act(sequenceClassification(config, settings), (labelled) =>
      labelled.map(problem === 'single-label' ? place : numbers),
    );
  },
  'token-classification'({ labels: named }, { model: { config }, rows, recipe }, act) {
    const labels = labelsOf('token-classification', named);
    const weights = weightsOfLabels(recipe.classWeights, labels, () =>
      countsOf(labels.length, rows, (row) => row.labels),
    );
    return act(tokenClassification(config, labels.length, labels, weights), (tagged) =>
      tagged.map((row) => ({
        ...textOf(row),
        labels: columnOf(row, 'labels'),
        sentence: row.group?.[0],
      })),
    );
  },
  async 'question-answering'(_, { model }, act) {
    const config = encoderOf('question-answering', model);
    const { decode, names, tokenId } = await loadTokenizer(model.path);
    const separator = tokenId(names.get('sep_token') ?? '');
    const objective = spanExtraction(config, { decode, separator });
    return act(objective, (rows) =>
      rows.map((row) => {
        const [start = 0, end = 0] = columnOf(row, 'span');
        return { ...textOf(row), start, end, question: row.group?.[0] };
      }),
    );
  },
  embedding({ scale, symmetric, pooling }, { model: { config }, rows }, act) {
    if (rows[0]?.target !== undefined)
      return act(embeddingScores(config, { pooling }), scoredPairs);
    return act(embeddingPairs(config, { scale, symmetric, pooling }), relatedTexts);
  },
  async 'masked-lm'({ maskedShare: share }, { model, recipe }, act) {
    const config = encoderOf('masked-lm', model);
    const { vocabularySize } = config;
    const mask = await maskTokenOf(model);
    const hiding = { share, mask, vocabularySize, seed: recipe.seed };
    return act(withDrawnTokens(maskedLm(config), hiding), (rows) => drawnExamples(rows, hiding));
  },
};

function requireDecoder(task: Task['type'], { config, name }: AnyModelFolder): void {
  if (config.kind === 'decoder') return;
  throw new RangeError(
    `the task ${task} needs a model that writes text; ${name} is an encoder (${config.modelType})`,
  );
}

function encoderOf(task: Task['type'], { config, name }: AnyModelFolder): EncoderConfig {
  if (config.kind === 'encoder') return config;
  throw new RangeError(
    `the task ${task} needs an encoder, such as bert; ${name} is a decoder (${config.modelType})`,
  );
}

function labelsOf(task: Task['type'], labels: readonly string[] | undefined): readonly string[] {
  if (labels === undefined) throw new RangeError(`the task ${task} needs its labels by name`);
  return labels;
}

/** The token that stands where one is hidden, as the model's tokenizer names it. */
async function maskTokenOf({ path, name }: AnyModelFolder): Promise<number> {
  const { names, tokenId } = await loadTokenizer(path);
  const mask = tokenId(names.get('mask_token') ?? '');
  if (mask !== undefined) return mask;
  throw new RangeError(
    `the task masked-lm needs a mask token, and the tokenizer of ${name} has none`,
  );
}

/** How many targets of the rows each label is. */
function countsOf(
  labels: number,
  rows: readonly TaskRow[],
  of: (row: TaskRow) => ArrayLike<number> | undefined,
): number[] {
  const counts = new Array<number>(labels).fill(0);
  for (const row of rows)
    for (const label of Array.from(of(row) ?? []))
      if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

function place(row: TaskRow): LabelledExample {
  return { ...textOf(row), label: columnOf(row, 'target')[0] ?? -1 };
}

function numbers(row: TaskRow): LabelledExample {
  return { ...textOf(row), label: columnOf(row, 'target') };
}

/** Better and worse answers in turn, or in groups of two whose first row has the margin. */
function rewardPairs(rows: readonly TaskRow[]): RewardPair[] {
  const pairs =
    rows[0]?.group === undefined
      ? Array.from({ length: Math.ceil(rows.length / 2) }, (_, at) =>
          rows.slice(2 * at, 2 * at + 2),
        )
      : groupsOf(rows);
  return pairs.map(([chosen, rejected]) => {
    if (chosen === undefined || rejected === undefined)
      throw new RangeError('a pair of answers lacks its second');
    const margin = chosen.target?.[0] ?? 0;
    const { tokens, types } = textOf(chosen);
    const worse = textOf(rejected);
    return {
      ...{ chosen: tokens, rejected: worse.tokens, margin },
      ...(types && worse.types && { types: { chosen: types, rejected: worse.types } }),
    };
  });
}

function relatedTexts(rows: readonly TaskRow[]): EmbeddingExample[] {
  return groupsOf(rows).map(([anchor, positive, ...negatives]) => {
    if (positive === undefined) throw new RangeError('a text has no other that it belongs to');
    return {
      anchor: anchor.tokens,
      positive: positive.tokens,
      negatives: negatives.map(({ tokens }) => tokens),
    };
  });
}

function scoredPairs(rows: readonly TaskRow[]) {
  return groupsOf(rows).map(([first, second]) => {
    if (second === undefined) throw new RangeError('a scored pair of texts lacks its second');
    const [score = 0] = columnOf(first, 'target');
    return { first: first.tokens, second: second.tokens, score };
  });
}
