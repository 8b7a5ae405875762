import type { ModelFolder } from '../families/model-folder.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Device, Program } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';
import { AdapterStack, stackMaskName } from './adapter-stack.ts';
import { KeyValueCache } from './cache.ts';
import type { DecodeCache } from './decode-cache.ts';
import { type DecodeKind, decodeGraph } from './decode-graph.ts';
import type { Prefix } from './prefix-cache.ts';
import { ResidentCache } from './resident-cache.ts';
import { noAdapter, ResidentDecoding } from './resident-decoding.ts';
import { prefixContent, type ServedVirtualTokens } from './virtual-tokens.ts';
import type { Adapters, Feeds, ServedWeights } from './weights.ts';

export type DecoderOptions = {
  readonly model: ModelFolder;
  readonly weights: ServedWeights;
  readonly device: Device;
  readonly maxContext: number;
  /** Rows of a step at most. */
  readonly maxRows: number;
};

/** A prompt to read into a slot, with what adapts the model to it. */
export type Prompt = {
  readonly slot: number;
  readonly tokens: readonly number[];
  /** What the first of the tokens leave, which are not read then; at most all but the last. */
  readonly prefix?: Prefix | undefined;
  readonly adapter?: Feeds | undefined;
  readonly virtual?: ServedVirtualTokens | undefined;
  /** Told the logits [vocabulary] after each token but the last, with its place; they may be written over. */
  readonly onLogits?: ((place: number, logits: Float32Array) => void) | undefined;
};

/** Prompts are read in pieces of at most this many tokens, which bounds the memory of their scores. */
const prefillPiece = 256;
/** The same where the logits after every token are wanted, each of which is as long as the vocabulary. */
const scoredPiece = 32;

const masked = -1e9;

/**
 * Runs the decoding graphs, in a plain form, one with an adapter, and for steps one with several: a handful of
 * programs over one base, compiled when first needed. An adapter is nothing but feeds.
 */
export class Decoder {
  readonly #options: DecoderOptions;
  readonly #programs = new KeptPrograms();
  readonly #stack: AdapterStack;
  readonly #resident: ResidentDecoding | undefined;
  readonly #virtual = new WeakMap<ServedVirtualTokens, Promise<Feeds>>();

  constructor(options: DecoderOptions) {
    this.#options = options;
    const { model, weights, device, maxContext, maxRows } = options;
    this.#stack = new AdapterStack(model.config, maxRows);
    const { residency } = device;
    if (residency !== undefined)
      this.#resident = new ResidentDecoding({
        ...{ model, weights, residency, maxContext },
        maxAdapters: maxRows + 1,
      });
  }

  /** An empty cache where this decoder's device has its memory; it is gone with the decoder. */
  createCache(): DecodeCache {
    const { model, weights, maxContext } = this.#options;
    const { config } = model;
    if (this.#resident !== undefined) return new ResidentCache(config, maxContext, this.#resident);
    return new KeyValueCache(config, maxContext, async (call, feeds) => {
      const program = await this.#program(call);
      return program.run({ ...weights.feeds, ...feeds });
    });
  }

  /**
   * Reads a prompt into a slot, behind the virtual tokens where there are any and the slot is empty; returns the
   * logits [vocabulary] after its last token.
   */
  async prefill(
    cache: DecodeCache,
    { slot, tokens, prefix, adapter, virtual, onLogits }: Prompt,
  ): Promise<Float32Array> {
    if (virtual !== undefined && cache.length(slot) === 0)
      await cache.fill(slot, virtual.count, await this.#contentOf(virtual));
    for (const part of prefix?.parts ?? []) await cache.fill(slot, part.tokens, part.content);
    const adapters = adapter === undefined ? 'none' : 'one';
    const { vocabularySize: width } = this.#options.model.config;
    const size = onLogits === undefined ? prefillPiece : scoredPiece;
    let logits: Float32Array = new Float32Array();
    for (let start = prefix?.tokens ?? 0; start < tokens.length; start += size) {
      const piece = Int32Array.from(tokens.slice(start, start + size));
      const count = piece.length;
      const asked = Int32Array.from(onLogits === undefined ? [count - 1] : piece.keys());
      const at = cache.length(slot);
      const call = {
        adapters,
        layers: adapter ?? noAdapter,
        first: slot,
        rows: 1,
        tokens: count,
      } as const;
      logits = await cache.extend(
        { kind: 'prefill', ...call },
        {
          tokens: int32(piece, [count]),
          ...places(at, count),
          last: int32(asked, [asked.length]),
        },
      );
      for (let row = 0; onLogits !== undefined && row < count; row++)
        if (start + row < tokens.length - 1)
          onLogits(start + row, logits.subarray(row * width, (row + 1) * width));
      logits = logits.subarray((asked.length - 1) * width);
    }
    return logits;
  }

  /** Reads one token into each slot, each with its adapter; returns the logits [vocabulary] of each. */
  async step(
    cache: DecodeCache,
    { tokens, adapters }: { tokens: readonly number[]; adapters: readonly (Feeds | undefined)[] },
  ): Promise<Float32Array[]> {
    const [first] = adapters;
    const isMixed = adapters.some((adapter) => adapter !== first);
    const stack = isMixed ? this.#stack.feeds(adapters) : undefined;
    const single = first === undefined ? 'none' : 'one';
    const rows = tokens.length;
    const logits = await cache.extend(
      {
        kind: 'step',
        adapters: isMixed ? 'several' : single,
        layers: stack?.layers ?? first ?? noAdapter,
        ...{ first: 0, rows, tokens: 1 },
      },
      {
        ...(stack === undefined ? {} : { [stackMaskName]: stack.mask }),
        tokens: int32(Int32Array.from(tokens), [rows]),
        positions: int32(
          Int32Array.from({ length: rows }, (_, slot) => cache.length(slot)),
          [rows, 1],
        ),
      },
    );
    const width = this.#options.model.config.vocabularySize;
    return tokens.map((_, row) => logits.subarray(row * width, (row + 1) * width));
  }

  async dispose(): Promise<void> {
    await this.#programs.dispose();
    await this.#resident?.dispose();
  }

  /**
   * What virtual tokens leave in a cache. It is the same for every text behind them, so those of a prompt are read
   * once.
   */
  #contentOf(virtual: ServedVirtualTokens): Promise<Feeds> {
    const known = this.#virtual.get(virtual);
    if (known !== undefined) return known;
    const { config } = this.#options.model;
    const { method, count, tensor } = virtual;
    const made =
      method === 'prefix'
        ? Promise.resolve(prefixContent(config, virtual))
        : this.#readVirtual({ embeddings: tensor, ...places(0, count) });
    this.#virtual.set(virtual, made);
    made.catch(() => this.#virtual.delete(virtual));
    return made;
  }

  async #readVirtual(feeds: Feeds): Promise<Feeds> {
    if (this.#resident !== undefined) return this.#resident.virtual(feeds);
    const program = await this.#program({ kind: 'virtual', adapters: 'none' });
    const weights = Object.entries(this.#options.weights.feeds).filter(([name]) =>
      program.inputs.includes(name),
    );
    return program.run({ ...Object.fromEntries(weights), ...feeds });
  }

  #program({ kind, adapters }: { kind: DecodeKind; adapters: Adapters }): Promise<Program> {
    const { model, weights, device, maxContext } = this.#options;
    const { config } = model;
    return this.#programs.get(`${kind} ${adapters}`, () =>
      device.compile(decodeGraph({ config, weights: weights.values(adapters), kind, maxContext }), {
        mapFolder: weightsFolder(model),
      }),
    );
  }
}

function int32(data: Int32Array, shape: readonly number[]): Tensor {
  return { data, shape, dtype: 'int32' };
}

/** `positions` and `causal_mask` of so many new tokens behind the first `at` ones. */
function places(at: number, count: number): Feeds {
  const positions = Int32Array.from({ length: count }, (_, index) => at + index);
  return { positions: int32(positions, [1, count]), causal_mask: causalMask(count) };
}

/** [1, 1, count, count]: a token sees itself and what came before it. */
function causalMask(count: number): Tensor {
  const data = new Float32Array(count * count);
  for (let query = 0; query < count; query++)
    data.fill(masked, query * count + query + 1, (query + 1) * count);
  return { data, shape: [1, 1, count, count], dtype: 'float32' };
}
