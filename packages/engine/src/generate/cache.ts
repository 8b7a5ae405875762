import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import {
  cacheNames,
  capacityFor,
  type DecodeCache,
  type DecodeCall,
  pastMask,
  pastPositions,
} from './decode-cache.ts';
import type { Feeds } from './weights.ts';

/** Runs a decoding graph over feeds that hold all but the weights. */
export type HostDecode = (
  call: Pick<DecodeCall, 'kind' | 'adapters'>,
  feeds: Feeds,
) => Promise<Feeds>;

/**
 * Keys and values of several sequences on the host: per layer [slots, keyValueHeads, capacity,
 * headSize]. Slots 0 to count − 1 are in use, so that what is fed is one unbroken stretch.
 */
export class KeyValueCache implements DecodeCache {
  readonly #config: DecoderConfig;
  readonly #maxContext: number;
  readonly #decode: HostDecode;
  #capacity = 0;
  #slots = 0;
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  #lengths: number[] = [];

  constructor(config: DecoderConfig, maxContext: number, decode: HostDecode) {
    this.#config = config;
    this.#maxContext = maxContext;
    this.#decode = decode;
  }

  get count(): number {
    return this.#lengths.length;
  }

  length(slot: number): number {
    return this.#lengths[slot] as number;
  }

  open(): number {
    this.#lengths.push(0);
    this.#reserve(this.#lengths.length, this.#capacity);
    return this.#lengths.length - 1;
  }

  clear(slot: number): void {
    const size = this.#slotSize();
    for (const side of [this.#keys, this.#values])
      for (const layer of side) layer.fill(0, slot * size, (slot + 1) * size);
  }

  close(slot: number): number | undefined {
    const lastSlot = this.#lengths.length - 1;
    if (slot !== lastSlot) {
      const size = this.#slotSize();
      for (const side of [this.#keys, this.#values])
        for (const layer of side)
          layer.copyWithin(slot * size, lastSlot * size, (lastSlot + 1) * size);
      this.#lengths[slot] = this.#lengths[lastSlot] as number;
    }
    this.#lengths.pop();
    return slot === lastSlot ? undefined : lastSlot;
  }

  async fill(slot: number, tokens: number, content: Feeds): Promise<void> {
    this.#makeRoom(this.length(slot) + tokens);
    this.#append(slot, content, { row: 0, tokens });
  }

  read(slot: number, { from, tokens }: { from: number; tokens: number }): Feeds {
    const { keyValueHeads, headSize, layers } = this.#config;
    const span = tokens * headSize;
    const size = keyValueHeads * span;
    const all = new Float32Array(2 * layers * size);
    const content = cacheNames(this.#config).map((name, at): [string, Tensor] => {
      const side = at % 2 === 0 ? this.#keys : this.#values;
      const source = side[Math.floor(at / 2)] as Float32Array;
      const data = all.subarray(at * size, (at + 1) * size);
      for (let head = 0; head < keyValueHeads; head++) {
        const start = ((slot * keyValueHeads + head) * this.#capacity + from) * headSize;
        data.set(source.subarray(start, start + span), head * span);
      }
      return [name, { data, shape: [1, keyValueHeads, tokens, headSize], dtype: 'float32' }];
    });
    return Object.fromEntries(content);
  }

  async extend(call: DecodeCall, feeds: Feeds): Promise<Float32Array> {
    const { first, rows, tokens } = call;
    const slots = Array.from({ length: rows }, (_, row) => first + row);
    const needed = Math.max(...slots.map((slot) => this.length(slot))) + tokens;
    this.#makeRoom(needed);
    const outputs = await this.#decode(call, {
      ...call.layers,
      ...feeds,
      ...this.#feeds(first, rows),
    });
    for (const slot of slots) this.#append(slot, outputs, { row: slot - first, tokens });
    return (outputs.logits as Tensor).data as Float32Array;
  }

  dispose(): void {}

  /** The cache of `slots` slots from `first` on as feeds, with the mask of what is filled; nothing is copied. */
  #feeds(first: number, slots: number): Record<string, Tensor> {
    const { keyValueHeads, headSize, layers, attention } = this.#config;
    const capacity = this.#capacity;
    const feeds: Record<string, Tensor> = {
      past_mask: pastMask(this.#lengths.slice(first, first + slots), capacity),
    };
    if (attention.includes('sliding')) feeds.past_positions = pastPositions(capacity);
    const size = this.#slotSize();
    const shape = [slots, keyValueHeads, capacity, headSize];
    const view = (layer: Float32Array): Tensor => ({
      data: layer.subarray(first * size, (first + slots) * size),
      shape,
      dtype: 'float32',
    });
    for (let layer = 0; layer < layers; layer++) {
      feeds[`past_key.${layer}`] = view(this.#keys[layer] as Float32Array);
      feeds[`past_value.${layer}`] = view(this.#values[layer] as Float32Array);
    }
    return feeds;
  }

  /**
   * Appends `tokens` new keys and values to a slot from arrays [rows, keyValueHeads, places, headSize], the first of
   * their places; `row` is the slot's place in them.
   */
  #append(
    slot: number,
    outputs: Readonly<Record<string, Tensor>>,
    at: { row: number; tokens: number },
  ): void {
    const { keyValueHeads, headSize, layers } = this.#config;
    const start = this.length(slot);
    const span = at.tokens * headSize;
    for (let layer = 0; layer < layers; layer++) {
      for (const [name, side] of [
        [`key.${layer}`, this.#keys],
        [`value.${layer}`, this.#values],
      ] as const) {
        const { data, shape } = outputs[name] as Tensor;
        const from = data as Float32Array;
        const to = side[layer] as Float32Array;
        const stride = (shape[2] as number) * headSize;
        for (let head = 0; head < keyValueHeads; head++) {
          const source = (at.row * keyValueHeads + head) * stride;
          const target = ((slot * keyValueHeads + head) * this.#capacity + start) * headSize;
          to.set(from.subarray(source, source + span), target);
        }
      }
    }
    this.#lengths[slot] = start + at.tokens;
  }

  /** Makes every slot hold so many tokens at least. */
  #makeRoom(needed: number): void {
    const capacity = capacityFor(needed, this.#maxContext);
    if (capacity > this.#capacity) this.#reserve(this.#lengths.length, capacity);
  }

  #slotSize(): number {
    return this.#config.keyValueHeads * this.#capacity * this.#config.headSize;
  }

  #reserve(slots: number, capacity: number): void {
    if (slots <= this.#slots && capacity === this.#capacity) return;
    const { keyValueHeads, headSize, layers } = this.#config;
    const rows = slots <= this.#slots ? this.#slots : Math.max(slots, 2 * this.#slots);
    const old = this.#capacity;
    const grow = (from: Float32Array | undefined): Float32Array => {
      const to = new Float32Array(rows * keyValueHeads * capacity * headSize);
      if (from === undefined) return to;
      for (let lane = 0; lane < this.#slots * keyValueHeads; lane++) {
        const lines = from.subarray(lane * old * headSize, (lane + 1) * old * headSize);
        to.set(lines, lane * capacity * headSize);
      }
      return to;
    };
    this.#keys = Array.from({ length: layers }, (_, layer) => grow(this.#keys[layer]));
    this.#values = Array.from({ length: layers }, (_, layer) => grow(this.#values[layer]));
    this.#slots = rows;
    this.#capacity = capacity;
  }
}
