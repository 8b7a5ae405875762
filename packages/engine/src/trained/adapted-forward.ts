import type { Recipe } from '@lathe/recipe/recipe';
import type { AdaptHooks } from '../adapt/adaptation.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { input, type Value } from '../graph/value.ts';
import { dropout, dropoutKeys } from '../nn/dropout.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Objective } from '../objectives/objective.ts';
import { blockBorder } from '../ops/block.ts';
import { mul } from '../ops/elementwise.ts';
import { forward } from '../step/forward.ts';
import { noisyEmbeddings } from './embedding-noise.ts';
import type { ModelState, WeightValues } from './model-state.ts';

/** A forward pass over some weights, with what the run's method changes on the way. */
export type AdaptedForward = (
  weights: WeightValues,
  shape: WindowShape,
  options: {
    readonly objective: Pick<Objective<never>, 'forward'>;
    readonly training: boolean;
    /** Another value for what goes into each block, and comes out of the last one; in training alone. */
    readonly border?: ((x: Value) => Value) | undefined;
  },
) => Forward;

/** The scalar that the loss is multiplied by before its gradient is taken, in runs of float16. */
export const lossScaleName = 'loss_scale';

/** The share of an adapter's inputs that is dropped in training. */
export function dropoutRate({ adaptation }: Recipe): number {
  return adaptation.type === 'lora' ? adaptation.dropout : 0;
}

/**
 * Makes forward passes of a run. In training there is dropout, which reads the input `dropout_keys`
 * `[rows · tokens, 1]`, noise on the embeddings, label smoothing, and in float16 the input `loss_scale` [], as the
 * settings say. A precision of `auto` is taken as float32: who knows the device decides before.
 */
export function adaptedForward(
  { config }: AnyModelFolder,
  settings: Recipe,
  { adaptation }: Pick<ModelState, 'adaptation'>,
): AdaptedForward {
  const seed = rootSeed(settings.seed);
  return ({ tensor }, shape, { objective, training, border = (x) => x }) => {
    const rate = training ? dropoutRate(settings) : 0;
    let rowKeys: Value | undefined;
    const dropped = (module: string, x: Value): Value => {
      if (rate === 0) return x;
      rowKeys ??= input('dropout_keys', [shape.rows * shape.tokens, 1], 'int32');
      const width = x.shape.at(-1) as number;
      return dropout(x, { rate, rowKeys, columnKeys: dropoutKeys(seed, width, 'layer', module) });
    };
    const adapted = adaptation.hooks({ tensor, dropped, dropoutScale: 1 / (1 - rate) });
    const precision = settings.precision === 'float16' ? 'float16' : 'float32';
    if (!training) return forward({ config, shape, tensor, hooks: adapted, objective, precision });
    const hooks: AdaptHooks = {
      ...adapted,
      ...(settings.embeddingNoise > 0 && {
        embedded: (x) => noisyEmbeddings(adapted.embedded?.(x) ?? x, seed),
      }),
      border: settings.recomputeActivations ? (x) => blockBorder(border(x)) : border,
    };
    const { labelSmoothing } = settings;
    const result = forward({ config, shape, tensor, hooks, objective, labelSmoothing, precision });
    if (precision === 'float32') return result;
    return {
      ...result,
      gradientOf: mul(result.gradientOf ?? result.loss, input(lossScaleName, [])),
    };
  };
}
