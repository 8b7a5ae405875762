import type { Recipe } from '@lathe/recipe/recipe';
import { planBatches } from '../batch/batches.ts';
import { widerBeside } from '../batch/prompt-sharing.ts';
import { widestWindow } from '../batch/window-width.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { type Objective, sizesOf } from '../objectives/objective.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import { keptLayerSize, keptStateSize } from './kept-state-size.ts';
import { estimateShape, type MemoryEstimateOptions, planForEstimate } from './memory-estimate.ts';

export type RunEstimateOptions<Example> = Pick<
  MemoryEstimateOptions,
  'model' | 'initial' | 'settings' | 'products'
> & {
  readonly objective: Objective<Example>;
  /** Those of one optimizer step, as long as they come. */
  readonly examples: readonly Example[];
  /** Rows and tokens that the run trains, and those that it scores; nothing is kept of them where absent. */
  readonly dataset?: (Counts & { readonly heldOut?: Counts }) | undefined;
};

/** The shape of windows that are a little longer, where each would hold one example else: so they may hold what two have in common. */
function withRoomToPack(shape: WindowShape, settings: Recipe): WindowShape {
  const { batchSize, microBatchTokens } = settings;
  const { tokens } = widestWindow({ longest: shape.tokens, batchSize, microBatchTokens });
  return shape.rows === 1 ? { ...shape, tokens } : shape;
}

type Counts = { readonly rows: number; readonly tokens: number };

/**
 * The most memory of a run, in bytes, each step of which has such examples; it evaluates in between. Nothing is read
 * but the shapes of weights. Throws RangeError when the model cannot be trained so.
 *
 * @example await estimateRun({ model, settings, objective: causalLm, examples: [textExample([1, 2])] })
 */
export async function estimateRun<Example>(options: RunEstimateOptions<Example>): Promise<number> {
  const { model, settings, examples } = options;
  const plan = await planForEstimate(options);
  const objective = withVirtualTokens(options.objective, plan.adaptation.virtualTokens);
  const sizes = sizesOf(objective, examples);
  const { shape, microBatchesPerStep } = planBatches(
    sizes,
    { ...settings, epochs: 1, undivided: objective.contrastive },
    rootSeed(settings.seed),
  );
  const precision = settings.precision === 'auto' ? 'float32' : settings.precision;
  const isWider = settings.packing && widerBeside(model) !== undefined;
  const given = {
    ...{ ...options, objective, settings: { ...settings, precision } },
    shape: isWider ? withRoomToPack(shape, settings) : shape,
  } as const;
  const accumulates = microBatchesPerStep > 1;
  const [first] = examples;
  const each = first === undefined ? 0 : objective.sequences(first).length;
  const kept = ({ rows, tokens }: Counts): number =>
    keptStateSize({ ...options, objective }, { sequences: rows * each, tokens });
  const none = { rows: 0, tokens: 0 };
  const { heldOut = none, ...trained } = options.dataset ?? { ...none };
  const all = { rows: trained.rows + heldOut.rows, tokens: trained.tokens + heldOut.tokens };
  // Held-out rows are kept where there is room for them beside the others.
  const states = kept(all) || kept(trained);
  const layers = states === 0 ? keptLayerSize({ ...options, objective }, trained) : 0;
  const fed = microBatchesPerStep * shape.rows * shape.tokens * model.config.hiddenSize * 4;
  const keptLayers = layers === 0 ? undefined : Math.min(layers, settings.keptStateBytes) + fed;
  const shown = estimateShape({ ...given, accumulates, evaluates: true, keptLayers }, plan);
  return shown.total + states;
}
