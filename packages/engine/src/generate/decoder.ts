import type { ModelFolder } from '../checkpoint/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Device, Program } from '../runtime/device.ts';
import { weightsFolder } from '../train/model-state.ts';
import { AdapterStack } from './adapter-stack.ts';
import type { KeyValueCache } from './cache.ts';
import { type DecodeKind, decodeGraph } from './decode-graph.ts';
import type { Adapters, Feeds, ServedWeights } from './weights.ts';

export type DecoderOptions = {
  readonly model: ModelFolder;
  readonly weights: ServedWeights;
  readonly device: Device;
  readonly maxContext: number;
  /** Rows of a step at most. */
  readonly maxRows: number;
};

/** Prompts are read in pieces of at most this many tokens, which bounds the memory of their scores. */
const prefillPiece = 256;

const masked = -1e9;

/**
 * Runs the two decoding graphs, in a plain form, one with an adapter, and for steps one with several: at most
 * five programs over one base, compiled when first needed. An adapter is nothing but feeds.
 */
export class Decoder {
  readonly #options: DecoderOptions;
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #stack: AdapterStack;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#stack = new AdapterStack(options.model.config, options.maxRows);
  }

  /** Reads a prompt into a slot; returns the logits [vocabulary] after its last token. */
  async prefill(
    cache: KeyValueCache,
    { slot, tokens, adapter }: { slot: number; tokens: readonly number[]; adapter?: Feeds },
  ): Promise<Float32Array> {
    const program = await this.#program('prefill', adapter === undefined ? 'none' : 'one');
    cache.reserve(slot, tokens.length);
    let logits = new Float32Array();
    for (let start = 0; start < tokens.length; start += prefillPiece) {
      const piece = Int32Array.from(tokens.slice(start, start + prefillPiece));
      const count = piece.length;
      const at = cache.length(slot);
      const outputs = await program.run({
        ...this.#options.weights.feeds,
        ...adapter,
        ...cache.feeds(slot, 1),
        tokens: int32(piece, [count]),
        positions: int32(
          Int32Array.from({ length: count }, (_, index) => at + index),
          [1, count],
        ),
        causal_mask: causalMask(count),
        last: int32(Int32Array.of(count - 1), [1]),
      });
      cache.append(slot, outputs, { row: 0, tokens: count });
      logits = (outputs.logits as Tensor).data as Float32Array<ArrayBuffer>;
    }
    return logits;
  }

  /** Reads one token into each slot from 0 on, each with its adapter; returns the logits [vocabulary] of each. */
  async step(
    cache: KeyValueCache,
    { tokens, adapters }: { tokens: readonly number[]; adapters: readonly (Feeds | undefined)[] },
  ): Promise<Float32Array[]> {
    const [first] = adapters;
    const isMixed = adapters.some((adapter) => adapter !== first);
    const single = first === undefined ? 'none' : 'one';
    const program = await this.#program('step', isMixed ? 'several' : single);
    const rows = tokens.length;
    for (let slot = 0; slot < rows; slot++) cache.reserve(slot, 1);
    const outputs = await program.run({
      ...this.#options.weights.feeds,
      ...(isMixed ? this.#stack.feeds(adapters) : first),
      ...cache.feeds(0, rows),
      tokens: int32(Int32Array.from(tokens), [rows]),
      positions: int32(
        Int32Array.from({ length: rows }, (_, slot) => cache.length(slot)),
        [rows, 1],
      ),
    });
    for (let slot = 0; slot < rows; slot++) cache.append(slot, outputs, { row: slot, tokens: 1 });
    const logits = (outputs.logits as Tensor).data as Float32Array;
    const width = this.#options.model.config.vocabularySize;
    return tokens.map((_, row) => logits.subarray(row * width, (row + 1) * width));
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).dispose();
    this.#programs.clear();
  }

  #program(kind: DecodeKind, adapters: Adapters): Promise<Program> {
    const key = `${kind} ${adapters}`;
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const { model, weights, device, maxContext } = this.#options;
    const graph = decodeGraph({
      config: model.config,
      weights: weights.values(adapters),
      kind,
      maxContext,
    });
    const made = device.compile(graph, { mapFolder: weightsFolder(model) });
    this.#programs.set(key, made);
    return made;
  }
}

function int32(data: Int32Array, shape: readonly number[]): Tensor {
  return { data, shape, dtype: 'int32' };
}

/** [1, 1, count, count]: a token sees itself and what came before it. */
function causalMask(count: number): Tensor {
  const data = new Float32Array(count * count);
  for (let query = 0; query < count; query++)
    data.fill(masked, query * count + query + 1, (query + 1) * count);
  return { data, shape: [1, 1, count, count], dtype: 'float32' };
}
