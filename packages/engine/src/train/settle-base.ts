import { weightsFolder } from '../families/model-folder.ts';
import { createEvaluator } from '../measure/evaluation.ts';
import { createSequenceScorer } from '../measure/sequence-scorer.ts';
import type { WindowShape } from '../nn/window.ts';
import { targetCount } from '../objectives/example.ts';
import { type Objective, sizesOf } from '../objectives/objective.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';
import { type KeptBase, withBase } from './kept-base.ts';
import type { RunOptions } from './prepare-run.ts';
import { baseOfState } from './run-state.ts';

/** Most examples whose loss is compared; both losses of them take some seconds of a run on the CPU. */
const mostCompared = 8;
/** The share by which the two may differ, where the settings name none. */
const usualTolerance = 0.01;

export type SettledBase = {
  /** For the trainer's options. */
  readonly base?: KeptBase | undefined;
  /** What there is to tell whoever asked for 8 bits; nothing of other runs. */
  readonly told?: { readonly text: string; readonly isWarning: boolean } | undefined;
};

export type BaseOptions<Example> = Pick<
  RunOptions<Example>,
  'model' | 'settings' | 'objective' | 'examples' | 'device' | 'adapter'
> & {
  readonly heldOut: readonly Example[];
  /** The state that the run goes on from. */
  readonly stateFolder?: string | undefined;
};

/**
 * Finds out whether a run keeps its frozen layers in the 8 bits that its settings ask for: where the device multiplies bytes,
 * and the loss of some held-out examples, or of the first ones where none are held out, is about the same before the first
 * step. A run that goes on keeps what it was begun with, unless this device cannot. Runs of other settings are left alone.
 * @example
 * const examples = [textExample([1, 2, 3])];
 * const { base, told } = await settleBase({ model, settings, objective: causalLm, examples, heldOut: [] });
 */
export async function settleBase<Example>(options: BaseOptions<Example>): Promise<SettledBase> {
  const { settings, stateFolder, device = cpuDevice() } = options;
  const { adaptation } = settings;
  if (adaptation.type !== 'lora' || adaptation.baseBits !== 8) return {};
  const before = stateFolder === undefined ? undefined : await baseOfState(stateFolder);
  if (before === 'stored') return { base: 'stored' };
  const problem =
    device.byteProducts === undefined
      ? `the device ${device.name} has no such products`
      : await device.byteProducts();
  if (problem !== undefined) {
    const from =
      stateFolder === undefined ? '' : ' from here on, which changes what is learnt a little';
    const text = `The frozen layers are kept as they are stored instead of in 8 bits${from}, since this machine cannot multiply those: ${problem}.`;
    return { base: 'stored', told: { text, isWarning: true } };
  }
  return stateFolder === undefined ? prove(options, adaptation.baseTolerance) : {};
}

async function prove<Example>(
  options: BaseOptions<Example>,
  tolerance = usualTolerance,
): Promise<SettledBase> {
  const { heldOut, examples } = options;
  const compared = (heldOut.length > 0 ? heldOut : examples).slice(0, mostCompared);
  const stored = await lossAtStart(options, compared, 'stored');
  const rounded = await lossAtStart(options, compared, undefined);
  const apart = Math.abs(rounded - stored) / Math.abs(stored);
  const of = heldOut.length > 0 ? 'held-out' : 'training';
  const rows = compared.length === 1 ? 'row' : 'rows';
  const figures = `the loss of ${compared.length} ${of} ${rows} is ${rounded.toFixed(4)} with them and ${stored.toFixed(4)} with the layers as they are stored`;
  // Losses that are no numbers prove nothing.
  if (apart <= tolerance) {
    const text = `The frozen layers are kept in 8 bits: before the first step ${figures}.`;
    return { told: { text, isWarning: false } };
  }
  const share = `${Number((apart * 100).toPrecision(2))} %, more than the ${Number((tolerance * 100).toPrecision(2))} % of base_tolerance`;
  const text = `The frozen layers are kept as they are stored instead of in 8 bits: ${figures}, apart by ${share}.`;
  return { base: 'stored', told: { text, isWarning: true } };
}

/** The mean loss of a target before the first step; of what is only compared with the base, that of its tokens. */
async function lossAtStart<Example>(
  { model, settings: asked, objective, device = cpuDevice(), adapter }: BaseOptions<Example>,
  compared: readonly Example[],
  base: KeptBase | undefined,
): Promise<number> {
  const settings = withBase(asked, base);
  const modelState = await createModelState({ model, settings, objective, adapter });
  const longest = Math.max(1, ...sizesOf(objective, compared).map(({ tokens }) => tokens));
  const forwardOf = adaptedForward(model, settings, modelState);
  const forward = (of: Pick<Objective<never>, 'forward'>) => (shape: WindowShape) =>
    forwardOf(weightValues(model, modelState), shape, { objective: of, training: false });
  const common = {
    ...{ device, mapFolder: weightsFolder(model), parameterFeeds: parameterFeeds(modelState) },
    // One window at a time: no more memory than the steps take.
    settings: { packing: settings.packing, microBatchTokens: longest },
  };
  if (objective.measured === undefined) {
    const evaluator = createEvaluator({ ...common, objective, forward: forward(objective) });
    const { loss } = await evaluator.evaluate(compared);
    await evaluator.dispose();
    return loss;
  }
  const sequences = compared.flatMap(objective.measured.reference);
  const scorer = createSequenceScorer({ ...common, forward: forward(sequenceScore) });
  const scores = await scorer.score(sequences);
  await scorer.dispose();
  const targets = sequences.reduce((sum, sequence) => sum + targetCount(sequence), 0);
  return -scores.reduce((sum, score) => sum + score, 0) / Math.max(1, targets);
}
