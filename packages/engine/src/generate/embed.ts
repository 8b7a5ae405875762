import { virtualRows } from '../adapt/prompt-tuning.ts';
import { fillMicroBatch, type MicroBatch, packLengths } from '../batch/packing.ts';
import type { ModelFolder } from '../families/model-folder.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { checkSequence } from '../objectives/objective.ts';
import type { Device, Program } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';
import { NotFiniteError } from './not-finite-error.ts';
import { adapterInputs, placedVirtualTokens, type ServedAdapter } from './served-adapter.ts';
import { virtualHooks } from './virtual-tokens.ts';
import type { ServedWeights } from './weights.ts';

export type EmbedderOptions = {
  readonly model: ModelFolder;
  readonly weights: ServedWeights;
  readonly device: Device;
  readonly maxContext: number;
  /** Tokens of a forward pass, padding included, unless one input alone has more. */
  readonly batchTokens: number;
};

export type Embedder = {
  /**
   * One vector `[hiddenSize]` of length 1 for each token sequence, in order. Throws RangeError for an
   * empty or too long input or an unknown token, and the signal's reason between two passes.
   */
  embed(
    inputs: readonly Int32Array[],
    options?: {
      readonly adapter?: ServedAdapter | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Float32Array<ArrayBuffer>[]>;
  dispose(): Promise<void>;
};

/** Windows and rows are powers of two, this one at least, so that few programs serve every length. */
const smallestWindow = 16;
/** Programs that stay compiled, the most recently used ones. */
const keptPrograms = 8;

/**
 * Embeds with the final normed hidden states h_t, those that the language-model head reads: a text of
 * n tokens becomes e = m / |m| with m = (1/n) Σ h_t, all its tokens counted alike and virtual ones not at all. Several inputs
 * share a window, each attending to itself only, so what stands beside an input does not matter.
 */
export function createEmbedder(options: EmbedderOptions): Embedder {
  const { model, weights, device, maxContext, batchTokens } = options;
  const { config } = model;
  const programs = new KeptPrograms(keptPrograms);
  /** One pass at a time, so that no program is disposed of while it runs. */
  let last: Promise<unknown> = Promise.resolve();

  function programFor(shape: Shape, { layers, virtual }: ServedAdapter): Promise<Program> {
    const kind = virtual === undefined ? 'linear' : `${virtual.method} ${virtual.count}`;
    const key = `${shape.rows} ${shape.tokens} ${layers === undefined ? '' : 'adapted'} ${kind}`;
    const values = weights.values(layers === undefined ? 'none' : 'one');
    const hooks = virtual && virtualHooks(model, virtual);
    return programs.get(key, () =>
      device.compile(
        { outputs: { hidden: packedDecoder(config, values, shape, hooks) } },
        { mapFolder: weightsFolder(model) },
      ),
    );
  }

  async function pass(
    windows: readonly (readonly Int32Array[])[],
    tokens: number,
    adapter: ServedAdapter,
  ): Promise<Map<Int32Array, Float32Array<ArrayBuffer>>> {
    const shape = { rows: powerOfTwo(windows.length), tokens };
    const program = await programFor(shape, adapter);
    const batch = fillMicroBatch(windows, shape, (input) => [input]);
    const ahead = placedVirtualTokens(adapter);
    const outputs = await program.run({
      // The head is not read.
      ...Object.fromEntries(
        Object.entries(weights.feeds).filter(([name]) => program.inputs.includes(name)),
      ),
      ...adapterInputs(adapter),
      ...(ahead > 0 && { [virtualRows]: int32(virtualRowsOf(batch, ahead)) }),
      tokens: int32(batch.tokens),
      positions: int32(batch.positions),
      segments: int32(batch.segments),
    });
    const hidden = (outputs.hidden as Tensor).data as Float32Array;
    return new Map(
      batch.placed.map(({ example, starts }) => {
        const [start = 0] = starts;
        const states = hidden.subarray(
          (start + ahead) * config.hiddenSize,
          (start + example.length) * config.hiddenSize,
        );
        return [example, meanDirection(states, config.hiddenSize)];
      }),
    );
  }

  return {
    async embed(inputs, { adapter = {}, signal } = {}) {
      const room = maxContext - (adapter.virtual?.count ?? 0);
      const limits = { maxTokens: room, vocabularySize: config.vocabularySize };
      for (const [index, input] of inputs.entries()) checkSequence(input, `input ${index}`, limits);
      const ahead = placedVirtualTokens(adapter);
      const lengths = inputs.map(({ length }) => ahead + length);
      const longest = lengths.reduce((most, length) => Math.max(most, length), smallestWindow);
      const tokens = Math.min(powerOfTwo(longest), Math.max(maxContext, smallestWindow));
      // A copy each: the same array twice must stay two inputs.
      const own = inputs.map((input) => {
        const whole = new Int32Array(ahead + input.length);
        whole.set(input, ahead);
        return whole;
      });
      const windows = packLengths(lengths, tokens).map((window) =>
        window.map((index) => own[index] as Int32Array),
      );
      const rows = 2 ** Math.floor(Math.log2(Math.max(1, batchTokens / tokens)));
      const vectors = new Map<Int32Array, Float32Array<ArrayBuffer>>();
      for (let at = 0; at < windows.length; at += rows) {
        signal?.throwIfAborted();
        const turn = last.then(() => pass(windows.slice(at, at + rows), tokens, adapter));
        last = turn.catch(() => undefined);
        for (const [input, vector] of await turn) vectors.set(input, vector);
      }
      return own.map((input) => vectors.get(input) as Float32Array<ArrayBuffer>);
    },
    async dispose() {
      await last;
      await programs.dispose();
    },
  };
}

/** Which virtual token each place of a batch is: the first `ahead` of every sequence, −1 for the others. */
function virtualRowsOf({ tokens, placed }: MicroBatch<Int32Array>, ahead: number): Int32Array {
  const rows = new Int32Array(tokens.length).fill(-1);
  for (const [start = 0] of placed.map(({ starts }) => starts))
    for (let at = 0; at < ahead; at++) rows[start + at] = at;
  return rows;
}

type Shape = { readonly rows: number; readonly tokens: number };

/**
 * The direction of the mean of rows `[rows, width]`: their sum, brought to length 1. Sums in float64; a sum
 * of 0 stays 0. Throws NotFiniteError for one that is not finite.
 */
export function meanDirection(rows: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const sum = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) (sum[at % width] as number) += rows[at] as number;
  if (!sum.every(Number.isFinite)) throw new NotFiniteError('the hidden states');
  return toUnitLength(sum);
}

/**
 * A vector brought to length 1; a vector of 0 stays as it is.
 * @example toUnitLength([3, 4]); // [0.6, 0.8]
 */
export function toUnitLength(vector: ArrayLike<number>): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] as number) ** 2;
  const length = Math.sqrt(squares);
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}

/** The least power of two that is not below a number. */
function powerOfTwo(least: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(least)));
}

function int32(data: Int32Array): Tensor {
  return { data, shape: [data.length], dtype: 'int32' };
}
