import { expect, it } from 'vitest';
import type { Placed, Scored, VectorData } from '../objective.ts';
import { scoredAnswers } from './answers.ts';
import { scoredCosines, scoredRanks } from './closeness.ts';
import { scoredLabels } from './labels.ts';
import { scoredPairs, scoredRewards } from './pairs.ts';
import { scoredTags } from './tags.ts';
import { scoredWriting } from './written.ts';

const shape = { rows: 1, tokens: 16, targets: 4, examples: 2 };

/** The figures of examples whose micro-batches come in any order. */
function figuresOf<Example>(
  scored: Scored<Example> | undefined,
  examples: readonly Example[],
  batches: readonly { readonly at: readonly number[]; readonly vectors: VectorData }[],
) {
  const card = scored?.open(examples);
  for (const { at, vectors } of batches) {
    const placed = at.map((index): Placed<Example> => {
      return { example: examples[index] as Example, places: [Int32Array.of(0)] };
    });
    card?.add(placed, vectors, shape);
  }
  return card?.figures();
}

const close = (value: number) => expect.closeTo(value, 6);

it('scores one label, several and numbers, whatever order micro-batches come in', () => {
  const scores = (...rows: number[][]) => ({ scores: Float32Array.from([...rows.flat(), 9, 9]) });
  const one = [0, 1, 2, 1].map((label) => ({ label }));
  // sklearn: f1_score([0, 1, 2, 1], [0, 1, 1, 1], average='macro') and 'weighted', matthews_corrcoef.
  expect(
    figuresOf(scoredLabels({ problem: 'single-label', labels: 3 }), one, [
      { at: [3, 2], vectors: scores([0, 2, 1], [0, 2, 1]) },
      { at: [0, 1], vectors: scores([2, 0, 1], [-1, 0, -2]) },
    ]),
  ).toEqual({ macro_f1: close(0.6), weighted_f1: close(0.65), mcc: close(0.6454972) });
  const several = [
    [1, 0],
    [1, 1],
  ].map((label) => ({ label: Float32Array.from(label) }));
  // sklearn: f1_score([[1, 0], [1, 1]], [[1, 1], [1, 0]], average='micro') and 'macro'.
  expect(
    figuresOf(scoredLabels({ problem: 'multi-label', labels: 2 }), several, [
      { at: [0, 1], vectors: scores([0.1, 0.1], [3, 0]) },
    ]),
  ).toEqual({ micro_f1: close(2 / 3), macro_f1: close(0.5) });
  const numbers = [1, 2, 4, 3].map((value) => ({ label: Float32Array.of(value) }));
  // scipy: spearmanr([1, 2, 4, 3], [1, 3, 8, 2]), pearsonr.
  expect(
    figuresOf(scoredLabels({ problem: 'regression', labels: 1 }), numbers, [
      { at: [0, 1, 2, 3], vectors: scores([1], [3], [8], [2]) },
    ]),
  ).toEqual({ spearman: close(0.8), pearson: close(0.8304548) });
});

it('scores spans that reach over the windows of a sentence', () => {
  const names = ['O', 'B-X', 'I-X'];
  const windows = [
    { labels: Int32Array.of(-1, 0, 1), sentence: 7 },
    { labels: Int32Array.of(2, -1, 0), sentence: 7 },
    { labels: Int32Array.of(1, 0), sentence: 8 },
  ];
  const tags = (...labels: number[]) => ({
    scores: Float32Array.from(labels.flatMap((own) => names.map((_, at) => +(at === own)))),
  });
  const right = [
    { at: [2, 1], vectors: tags(1, 0, 2, 0) },
    { at: [0], vectors: tags(0, 1) },
  ];
  expect(figuresOf(scoredTags(names), windows, right)).toEqual({ span_f1: 1, span_f1_strict: 1 });
  // seqeval: [[O, B-X, I-X, O], [B-X, O]] against [[O, B-X, O, O], [I-X, O]]: lenient 0.5, strict 0.
  const wrong = [
    { at: [2, 1], vectors: tags(2, 0, 0, 0) },
    { at: [0], vectors: tags(0, 1) },
  ];
  const scores = figuresOf(scoredTags(names), windows, wrong);
  expect(scores).toEqual({ span_f1: close(0.5), span_f1_strict: 0 });
  expect(scoredTags(['NOUN', 'VERB'])).toBeUndefined();
});

it('answers a question by the best part of all its windows, or not at all', () => {
  const words = ['[CLS]', '[SEP]', 'who', 'the', 'red', 'fox', 'ran'];
  const decode = (tokens: Int32Array) => Array.from(tokens, (token) => words[token]).join(' ');
  const scored = scoredAnswers({ decode, separator: 1 });
  const window = (question: number, context: number[], [start, end]: [number, number]) => ({
    tokens: Int32Array.of(0, 2, 1, ...context, 1),
    ...{ start, end, question },
  });
  const sure = (tokens: number, from: number, to: number, by = 9) => {
    const scores = new Float32Array(2 * tokens);
    scores[2 * from] = by;
    scores[2 * to + 1] = by;
    return { scores };
  };
  const examples = [window(1, [3, 4, 5], [0, 0]), window(1, [5, 6], [3, 3])];
  // The surer window decides: "fox" of the second; a question's own tokens never answer.
  const found = figuresOf(scored, examples, [
    { at: [1], vectors: sure(6, 3, 3) },
    { at: [0], vectors: sure(7, 1, 1) },
  ]);
  expect(found).toEqual({ exact_match: 1, f1: 1 });
  // "the red fox" against "fox": articles do not count.
  const longer = figuresOf(scored, examples, [
    { at: [1], vectors: sure(6, 0, 0) },
    { at: [0], vectors: sure(7, 3, 5) },
  ]);
  expect(longer).toEqual({ exact_match: 0, f1: close(2 / 3) });
  const silent = [...examples, window(2, [4, 3], [0, 0])];
  const rest = [
    { at: [0], vectors: sure(7, 1, 1) },
    { at: [1], vectors: sure(6, 3, 3) },
  ];
  const nothing = { at: [2], vectors: sure(6, 0, 0) };
  expect(figuresOf(scored, silent, [...rest, nothing])).toEqual({ exact_match: 1, f1: 1 });
  const something = { at: [2], vectors: sure(6, 3, 3) };
  expect(figuresOf(scored, silent, [...rest, something])).toEqual({ exact_match: 0.5, f1: 0.5 });
});

it('ranks texts among those of all examples, and compares cosines with scores', () => {
  const vectors = (...angles: number[]) => ({
    embeddings: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
  });
  const text = (token: number) => Int32Array.of(token);
  const pairs = [
    { anchor: text(1), positive: text(2), negatives: [text(3)] },
    { anchor: text(4), positive: text(5), negatives: [text(6)] },
    { anchor: text(7), positive: text(2) },
  ];
  const unused = [9, 9];
  // Anchor, positive, negative of each; the first and the last have the same positive, which is no rival.
  const figures = figuresOf(scoredRanks, pairs, [
    { at: [2], vectors: vectors(0, ...unused.slice(1), 0.5, ...unused.slice(1)) },
    { at: [0], vectors: vectors(0, 9, 0.5, 9) },
  ]);
  expect(figures).toMatchObject({ mrr: 1, recall_at_1: 1, recall_at_10: 1 });
  const full = { rows: 1, tokens: 16, targets: 6, examples: 2 };
  const card = scoredRanks.open(pairs.slice(0, 2));
  card.add(
    pairs.slice(0, 2).map((example) => ({ example, places: [Int32Array.of(0)] })),
    vectors(0, 1, 0.1, 2, 0.2, 1.1),
    full,
  );
  // The first's positive is nearest to it; the second's is behind its own negative and both of the first.
  expect(card.figures()).toEqual({
    ...{ mrr: close((1 + 1 / 4) / 2), recall_at_1: 0.5, recall_at_10: 1, triplet_accuracy: 0.5 },
  });
  const scores = [1, 0.5].map((score) => ({ score }));
  const cosines = figuresOf(scoredCosines, scores, [
    { at: [0, 1], vectors: vectors(0, 0, 0.1, 1) },
  ]);
  expect(cosines).toEqual({ spearman: close(1), pearson: close(1) });
  // Without a triplet there is no figure of them.
  const without = figuresOf(scoredRanks, [pairs[2]], [{ at: [0], vectors: vectors(0, 9, 0.5, 9) }]);
  expect(without).not.toHaveProperty('triplet_accuracy');
});

it('compares answers of pairs by rewards in turn, and by log-probabilities in halves', () => {
  const pairs = [{}, {}];
  const rewards = Float32Array.of(2, 1, 0, 3);
  expect(figuresOf(scoredRewards, pairs, [{ at: [0, 1], vectors: { rewards } }])).toEqual({
    ...{ pair_accuracy: 0.5, margin: -1 },
  });
  const logProbabilities = Float32Array.of(-2, -1, -4, -3);
  expect(figuresOf(scoredPairs, pairs, [{ at: [0, 1], vectors: { logProbabilities } }])).toEqual({
    ...{ pair_accuracy: 1, margin: 2 },
  });
});

it('counts the answers of which every token is the likeliest', () => {
  const examples = [2, 1, 1].map((answer) => ({
    tokens: Int32Array.from({ length: 4 }),
    supervised: Uint8Array.from({ length: 4 }, (_, at) => +(at >= 4 - answer)),
  }));
  const figures = figuresOf(scoredWriting, examples, [
    { at: [2, 0], vectors: { right: Float32Array.of(1, 1, 0) } },
    { at: [1], vectors: { right: Float32Array.of(1, 0) } },
  ]);
  expect(figures).toEqual({ exact_match: close(2 / 3) });
});
