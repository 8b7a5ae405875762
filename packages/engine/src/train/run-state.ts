import { createHash } from 'node:crypto';
import type { Recipe } from '@lathe/recipe/recipe';
import {
  readTrainingState,
  type StateTensor,
  writeTrainingState,
} from '../formats/training-state.ts';
import type { Objective } from '../objectives/objective.ts';
import type { FlatState } from '../optim/flat-state.ts';
import type { AdapterValues } from '../peft/peft.ts';
import type { Products } from '../runtime/device.ts';
import { type LossScaleState, lossScaleStateSchema } from '../update/loss-scale.ts';
import type { FirstAndLast } from './example-losses.ts';
import { namedAsBefore } from './former-names.ts';
import type { KeptBase } from './kept-base.ts';

/** A stored state belongs to a run with other settings, data or model shape. */
export class ForeignStateError extends Error {
  override readonly name = 'ForeignStateError';
}

/** What a run trains on and where it starts, besides its settings. */
export type RunSource<Example> = {
  readonly objective: Objective<Example>;
  readonly examples: readonly Example[];
  /** The adapter that is continued. */
  readonly adapter?: AdapterValues | undefined;
  /** Names the content of the weights that the run starts from. */
  readonly origin?: string | undefined;
};

/** What decides a run, as it stands in its state; and in states of before, which named the size of passes too. */
export type Fingerprints = { readonly current: string; readonly former: () => string };

/**
 * What decides a run: its settings, its data in order, the shapes that it trains, and what is known of its start. The
 * size of passes is left out: a run may go on with smaller ones, whose gradients are the same up to rounding.
 */
export function runFingerprints<Example>(
  settings: Recipe,
  source: RunSource<Example>,
  state: FlatState,
): Fingerprints {
  const named = namedAsBefore(settings);
  const { microBatchTokens: _, mostPassTokens: __, ...decisive } = named;
  return {
    current: fingerprint(decisive, source, state),
    former: () => fingerprint(named, source, state),
  };
}

function fingerprint<Example>(
  settings: object,
  { objective, examples, adapter, origin }: RunSource<Example>,
  state: FlatState,
): string {
  const hash = createHash('sha256').update(JSON.stringify(sorted(settings)));
  for (const { members } of state.groups)
    for (const { name, shape } of members) hash.update(`${name}[${shape}]`);
  hash.update(`${objective.name};`);
  if (objective.settings !== undefined) hash.update(JSON.stringify(sorted(objective.settings)));
  const update = (view: ArrayBufferView): void => {
    hash.update(`${view.byteLength};`);
    hash.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  };
  for (const example of examples) for (const view of objective.digest(example)) update(view);
  if (origin !== undefined) hash.update(`origin ${origin};`);
  for (const [name, { data }] of adapter?.tensors ?? []) {
    hash.update(`adapter ${name};`);
    update(data);
  }
  return hash.digest('hex');
}

/** By whom a run was made up to its state: with which products of matrices, or by an earlier Lathe. */
type Maker = Products | 'earlier';

/** By whom a run was made up to its state, and with which products of matrices it goes on. */
export type OtherProducts = {
  readonly before: Maker;
  readonly now: Products;
  /** Tokens of a pass, padding included, where it has others: under a limit of memory these hang on the products. */
  readonly passTokens?: { readonly before: number; readonly now: number };
};

/**
 * Raised when steps are computed in another order than before, by which sums have other last bits: where rows lie in windows, or
 * weights for products. 2: windows by what they cost, and packed weights that are stored in 16 bits. 3: our own kernels leave
 * products with packed weights to ONNX Runtime, and compute gates.
 */
const stepForms: Readonly<Record<Products, number>> = { onnxruntime: 2, padded: 2, lathe: 3 };

export type RunProgress = {
  readonly step: number;
  readonly fingerprint: string;
  /** What was measured before the first step. */
  readonly measured: Float32Array;
  /** The losses of examples at their first and last showing; absent in states of before they were told. */
  readonly losses?: FirstAndLast | undefined;
  /** In runs of float16. */
  readonly lossScale?: LossScaleState | undefined;
  /** Whose products of matrices the last step was made with; states of before do not name ONNX Runtime's. */
  readonly products: Products;
  /** Tokens of a pass, padding included; absent in states of before they were told. */
  readonly passTokens?: number | undefined;
  /** That the frozen layers are as they are stored, though fewer bits were asked for. */
  readonly base?: KeptBase | undefined;
};

/** A state as it is read. */
type RestoredRun = Omit<RunProgress, 'fingerprint' | 'products'> & { readonly maker: Maker };

const measuredName = 'measured';
const lossNames = { first: 'losses.first', last: 'losses.last' } as const;

/** Writes every buffer of the state, what was measured, and the number of steps done. */
export async function saveRunState(
  folder: string,
  state: FlatState,
  { step, fingerprint, measured, losses, lossScale, products, passTokens, base }: RunProgress,
): Promise<void> {
  const tensors = new Map<string, StateTensor>();
  if (losses !== undefined)
    for (const kind of ['first', 'last'] as const)
      tensors.set(lossNames[kind], { shape: [losses[kind].length], data: losses[kind] });
  if (measured.length > 0) tensors.set(measuredName, { shape: [measured.length], data: measured });
  eachTensor(state, (name, shape, data) => tensors.set(name, { shape, data }));
  await writeTrainingState(folder, {
    tensors,
    state: {
      ...{ step, fingerprint, products, stepForm: stepForms[products] },
      ...(lossScale === undefined ? {} : { lossScale }),
      ...(passTokens === undefined ? {} : { passTokens }),
      ...(base === undefined ? {} : { base }),
    },
  });
}

/**
 * Reads a state back into the buffers and returns the number of steps done and what was measured. Throws ForeignStateError
 * when it is of another run, and CheckpointError when it is damaged; the buffers are then unchanged.
 */
export async function restoreRunState(
  folder: string,
  state: FlatState,
  { fingerprints, measured }: { readonly fingerprints: Fingerprints; readonly measured: number },
): Promise<RestoredRun> {
  const stored = await readTrainingState(folder);
  const { current, former } = fingerprints;
  const found = stored.state.fingerprint;
  if (found !== current && found !== former())
    throw new ForeignStateError(
      `the training state in ${folder} belongs to a run with other settings, data or model`,
    );
  const { step, passTokens } = stored.state;
  if (typeof step !== 'number') throw new ForeignStateError(`${folder} does not name its step`);
  const pairs: [Float32Array, Float32Array][] = [];
  eachTensor(state, (name, _, data) => {
    const tensor = stored.tensors.get(name);
    if (tensor?.data.length !== data.length)
      throw new ForeignStateError(`the training state in ${folder} lacks ${name}`);
    pairs.push([data, tensor.data]);
  });
  const numbers = stored.tensors.get(measuredName)?.data ?? new Float32Array();
  if (numbers.length !== measured)
    throw new ForeignStateError(
      `the training state in ${folder} holds ${numbers.length} measured numbers, not ${measured}`,
    );
  const lossScale = lossScaleStateSchema.optional().safeParse(stored.state.lossScale);
  if (!lossScale.success)
    throw new ForeignStateError(`the training state in ${folder} holds no proper loss scale`);
  for (const [target, source] of pairs) target.set(source);
  return {
    ...{ step, measured: numbers, losses: storedLosses(stored), lossScale: lossScale.data },
    ...{ maker: makerOf(stored.state), passTokens: asNumber(passTokens) },
  };
}

/** How the run that saved this state keeps its frozen layers. Throws CheckpointError when the state is damaged. */
export async function baseOfState(folder: string): Promise<KeptBase | undefined> {
  const { state } = await readTrainingState(folder);
  return state.base === 'stored' ? 'stored' : undefined;
}

function makerOf(state: { readonly stepForm?: unknown; readonly products?: unknown }): Maker {
  const named = (['padded', 'lathe'] as const).find((one) => one === state.products);
  const products = named ?? 'onnxruntime';
  return state.stepForm === stepForms[products] ? products : 'earlier';
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function storedLosses({
  tensors,
}: Awaited<ReturnType<typeof readTrainingState>>): RunProgress['losses'] {
  const first = tensors.get(lossNames.first)?.data;
  const last = tensors.get(lossNames.last)?.data;
  return first === undefined || last === undefined ? undefined : { first, last };
}

function eachTensor(
  state: FlatState,
  visit: (name: string, shape: readonly number[], data: Float32Array) => void,
): void {
  for (const [group, buffers] of state.buffers)
    for (const [kind, data] of Object.entries(buffers))
      visit(`${kind}.${group}`, [data.length], data);
}

/** Keys in order, so that equal settings have one text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
