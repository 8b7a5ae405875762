import { input } from '../graph/value.ts';
import { sigmoid } from '../ops/activation.ts';
import { cast, greater } from '../ops/comparison.ts';
import { add, mul, neg, sub } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import type { TokenizedExample } from './example.ts';
import { logSigmoid } from './log-sigmoid.ts';
import {
  type Backbone,
  checkSequence,
  type Figure,
  type Forward,
  type Objective,
  type Placed,
  type StepContext,
} from './objective.ts';
import type { SettingsOf } from './objective-settings.ts';
import {
  lossOverTokens,
  sequenceFeeds,
  sequenceInputs,
  sumBySequence,
} from './sequence-log-probability.ts';

/** An answer to a prompt with one judgement: a thumb up or down. */
export type JudgedCompletion = {
  readonly prompt: Int32Array;
  readonly completion: Int32Array;
  readonly desirable: boolean;
};

/**
 * Kahneman-Tversky optimization over single judged answers; weight: examples. With r = ln π − ln π_ref of an answer
 * and z the step's estimate of the divergence, a desirable answer loses λ_D·(1 − σ(β(r − z))) and an
 * undesirable one λ_U·(1 − σ(β(z − r))) (TRL, KTOTrainer._compute_loss). π_ref are the weights that the run
 * starts from.
 *
 * z = max(0, mean of ln π − ln π_ref over mismatched sequences), without gradient: each prompt of the step with the
 * completion of the example before it in the step, the first with the last one's. It is measured over the whole
 * optimizer step before its gradients, so it does not depend on how the step is split into micro-batches; in
 * TRL without accumulation it is the same number. A step with a single example is its own mismatch. An
 * evaluation takes all its examples as one step.
 */
export function kto(settings: SettingsOf<'KTO'>): Objective<JudgedCompletion> {
  return {
    name: 'kto',
    settings,
    shareable: true,
    sequences: (example) => [joined(example).tokens],
    targets: ({ completion }) => completion.length,
    lossesOf: 'examples',
    weight: () => 1,
    check({ prompt, completion }, name, limits) {
      if (prompt.length === 0) throw new RangeError(`${name} has no prompt`);
      if (completion.length === 0) throw new RangeError(`${name} has no completion`);
      checkSequence(joined({ prompt, completion }).tokens, name, limits);
    },
    checkPlan({ batchSize }) {
      if (batchSize !== undefined && batchSize < 2)
        throw new RangeError(
          'KTO needs a batch of at least 2 examples: with 1, what it compares with is the example itself',
        );
    },
    feeds: ktoFeeds,
    forward: (backbone, shape) => ktoForward(backbone, shape, settings),
    digest: ({ prompt, completion, desirable }) => [
      prompt,
      completion,
      Uint8Array.of(desirable ? 1 : 0),
    ],
    measured: {
      reference: (example) => [joined(example)],
      estimate: {
        sequences: (step, { maxTokens }) =>
          step.map(({ prompt }, at) => {
            const before = step.at(at - 1) as JudgedCompletion;
            const room = maxTokens - prompt.length;
            return joined({ prompt, completion: before.completion.subarray(0, room) });
          }),
        longest(examples, { maxTokens }) {
          const most = (pick: (example: JudgedCompletion) => number): number =>
            examples.reduce((longest, example) => Math.max(longest, pick(example)), 0);
          const targets = most(({ completion }) => completion.length);
          const tokens = Math.min(maxTokens, most(({ prompt }) => prompt.length) + targets);
          return { tokens, targets };
        },
      },
    },
  };
}

/** The prompt and its completion as one sequence, the completion supervised. */
function joined({
  prompt,
  completion,
}: Pick<JudgedCompletion, 'prompt' | 'completion'>): TokenizedExample {
  const tokens = new Int32Array(prompt.length + completion.length);
  tokens.set(prompt);
  tokens.set(completion, prompt.length);
  const supervised = new Uint8Array(tokens.length).fill(1, prompt.length);
  return { tokens, supervised };
}

function ktoFeeds(
  placed: readonly Placed<JudgedCompletion>[],
  { shape, reference, estimate }: StepContext<JudgedCompletion>,
) {
  const room = shape.examples;
  const desirable = new Float32Array(room);
  const undesirable = new Float32Array(room);
  const references = new Float32Array(room);
  for (const [at, { example }] of placed.entries()) {
    (example.desirable ? desirable : undesirable)[at] = 1;
    references[at] = reference(example)[0] as number;
  }
  const { current, reference: before } = estimate();
  let sum = 0;
  for (const [at, logProbability] of current.entries())
    sum += logProbability - (before[at] as number);
  const divergence = Math.max(0, sum / current.length);
  const vector = (data: Float32Array) => ({ data, shape: [room], dtype: 'float32' }) as const;
  return {
    ...sequenceFeeds(
      placed.map(({ example, places }, slot) => ({
        example: joined(example),
        places: places[0] as Int32Array,
        slot,
      })),
      shape.targets,
    ),
    desirable: vector(desirable),
    undesirable: vector(undesirable),
    reference_log_probabilities: vector(references),
    divergence: { data: Float32Array.of(divergence), shape: [], dtype: 'float32' } as const,
  };
}

function ktoForward(
  backbone: Backbone,
  { targets, examples: room }: { readonly targets: number; readonly examples: number },
  { beta, desirableWeight, undesirableWeight }: SettingsOf<'KTO'>,
): Forward {
  const { dtype } = backbone.hidden;
  const tokens = sequenceInputs(targets);
  const vector = (name: string) => cast(input(name, [room], 'float32'), dtype);
  const desirable = vector('desirable');
  const undesirable = vector('undesirable');
  const references = vector('reference_log_probabilities');
  const divergence = cast(input('divergence', [], 'float32'), dtype);
  // +1 for desirable answers, −1 for undesirable ones, 0 for unused room.
  const side = sub(desirable, undesirable);
  const counted = mul(side, side);
  const count = reduceSum(counted);
  const weights = add(mul(desirable, desirableWeight), mul(undesirable, undesirableWeight));
  return lossOverTokens(backbone, tokens, (scores) => {
    const logProbabilities = sumBySequence(scores, tokens, room);
    const ratios = sub(logProbabilities, references);
    const lead = mul(mul(sub(ratios, divergence), side), beta);
    const figures: Record<string, Figure> = { kl: { total: mul(divergence, count), count } };
    for (const [name, flags] of [
      ['chosen', desirable],
      ['rejected', undesirable],
    ] as const) {
      const judged = reduceSum(flags);
      const rewards = mul(reduceSum(mul(ratios, flags)), beta);
      figures[`rewards/${name}`] = { total: rewards, count: judged };
      figures[`logps/${name}`] = { total: reduceSum(mul(logProbabilities, flags)), count: judged };
    }
    return {
      loss: reduceSum(mul(weights, sub(1, sigmoid(lead)))),
      // In nats, as those of pairs are.
      losses: cast(neg(logSigmoid(lead)), 'float32'),
      correct: reduceSum(mul(cast(greater(lead, 0), dtype), counted)),
      figures,
    };
  });
}
