import type { EncoderConfig } from '../families/encoder-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { spanHead } from '../models/heads.ts';
import type { WindowShape } from '../nn/window.ts';
import { and, cast, equal, greaterOrEqual, where } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, mul } from '../ops/elementwise.ts';
import { reshape, split } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { checkText, type EncodedText, textBytes, typesOf } from './encoder-example.ts';
import type { Objective } from './objective.ts';
import { type AnswerReader, scoredAnswers } from './scored/answers.ts';

/**
 * A question with a stretch of its context, and the tokens at which the answer begins and ends, both
 * included. Where the stretch holds no answer both are 0, the first token, as in BERT for SQuAD 2.
 */
export type SpanExample = EncodedText & {
  readonly start: number;
  readonly end: number;
  /** Examples one after another with the same number are windows of one question's context. */
  readonly question?: number | undefined;
};

/** A score that no token outside the text may reach. */
const outside = -1e9;

/**
 * Extractive question answering: the mean of the cross-entropies of the first and the last token of the
 * answer among all tokens of the text. Weight: texts. `correct`: texts with both right. With a reader, held-out answers are
 * scored by their words.
 */
export function spanExtraction(
  config: EncoderConfig,
  reader?: AnswerReader,
): Objective<SpanExample> {
  const head = spanHead(config);
  return {
    name: 'span-extraction',
    headless: true,
    task: { kind: 'question-answering' },
    sequences: ({ tokens }) => [tokens],
    types: typesOf(config),
    targets: () => 1,
    weight: () => 1,
    check(example, name, limits) {
      checkText(example, name, { limits, config });
      const { start, end, tokens } = example;
      if (!(start >= 0 && end >= start && end < tokens.length))
        throw new RangeError(
          `${name} has its answer from token ${start} to ${end} of ${tokens.length}`,
        );
    },
    head: () => head.tensors,
    feeds(placed, { shape: { rows, tokens, targets } }) {
      const owners = new Int32Array(rows * tokens);
      const spans = { start: new Int32Array(targets), end: new Int32Array(targets) };
      const weights = new Float32Array(targets).fill(1, 0, placed.length);
      for (const [at, { example, places }] of placed.entries()) {
        const first = places[0]?.[0] as number;
        owners.fill(at + 1, first, first + example.tokens.length);
        spans.start[at] = first + example.start;
        spans.end[at] = first + example.end;
      }
      const column = (data: Int32Array): Tensor => ({ data, shape: [targets, 1], dtype: 'int32' });
      return {
        span_owners: { data: owners, shape: [1, rows * tokens], dtype: 'int32' },
        span_numbers: column(Int32Array.from({ length: targets }, (_, at) => at + 1)),
        span_starts: column(spans.start),
        span_ends: column(spans.end),
        span_weights: { data: weights, shape: [targets, 1], dtype: 'float32' },
      };
    },
    forward({ hidden, tensor }, shape) {
      const scores = head.scores(tensor, hidden);
      return { ...spanLoss(scores, shape), vectors: { scores } };
    },
    scored: reader && scoredAnswers(reader),
    digest: (example) => [...textBytes(example), Int32Array.of(example.start, example.end)],
  };
}

/** Scores `[rows · tokens, 2]` to the loss: each text has a row of its own with all tokens of the batch. */
function spanLoss(scores: Value, { rows, tokens, targets }: WindowShape) {
  const count = rows * tokens;
  const inside = equal(
    input('span_owners', [1, count], 'int32'),
    input('span_numbers', [targets, 1], 'int32'),
  );
  const weights = input('span_weights', [targets, 1], 'float32');
  const sides = split(scores, [1, 1], 1) as [Value, Value];
  const [starts, ends] = (['span_starts', 'span_ends'] as const).map((name, at) =>
    crossEntropy(
      where(inside, reshape(sides[at] as Value, [1, count]), outside),
      input(name, [targets, 1], 'int32'),
    ),
  ) as [ReturnType<typeof crossEntropy>, ReturnType<typeof crossEntropy>];
  const right = and(greaterOrEqual(starts.lead, 0), greaterOrEqual(ends.lead, 0));
  const both = mul(add(starts.loss, ends.loss), weights);
  return {
    loss: mul(reduceSum(both), 0.5),
    losses: mul(reshape(both, [targets]), 0.5),
    correct: reduceSum(mul(cast(right, 'float32'), weights)),
  };
}
