import { adaptedLinears } from '../adapt/targets.ts';
import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { adapterName, type Feeds } from './weights.ts';

/** The input that says which part of the stack each row of a batch uses: [rows, rank], ones and zeros. */
export const stackMaskName = 'adapter_mask';

/**
 * Several adapters laid on top of each other, so that requests of all of them decode in one pass: their As are one
 * A [Σ rank, in], their Bs one B [out, Σ rank], and of x·Aᵀ each row keeps what its own adapter gave, the
 * rest becomes 0. Two products of the whole batch, however many adapters there are, and every adapter is
 * read once.
 */
export class AdapterStack {
  readonly #config: DecoderConfig;
  readonly #mostAdapters: number;
  /** Where in the stack each adapter begins, in the order of the stack. */
  #starts = new Map<Feeds, number>();
  #rank = 0;
  #feeds: Feeds = {};

  constructor(config: DecoderConfig, mostAdapters: number) {
    this.#config = config;
    this.#mostAdapters = mostAdapters;
  }

  /**
   * Feeds for a batch of rows, each with its adapter or none. An adapter that no row uses any more stays
   * until there are too many: taking one off or putting one on copies the others. `layers` is one object as
   * long as the stack is the same.
   */
  feeds(rows: readonly (Feeds | undefined)[]): { readonly layers: Feeds; readonly mask: Tensor } {
    const used = new Set(rows.filter((adapter) => adapter !== undefined));
    if ([...used].some((adapter) => !this.#starts.has(adapter))) this.#restack(used);
    const mask = new Float32Array(rows.length * this.#rank);
    for (const [row, adapter] of rows.entries()) {
      if (adapter === undefined) continue;
      const start = row * this.#rank + (this.#starts.get(adapter) as number);
      mask.fill(1, start, start + this.#rankOf(adapter));
    }
    return {
      layers: this.#feeds,
      mask: { data: mask, shape: [rows.length, this.#rank], dtype: 'float32' },
    };
  }

  #restack(used: ReadonlySet<Feeds>): void {
    const kept = [...this.#starts.keys()].filter((adapter) => !used.has(adapter));
    const room = Math.max(0, this.#mostAdapters - used.size);
    const members = [...(room === 0 ? [] : kept.slice(-room)), ...used];
    this.#starts = new Map();
    this.#rank = 0;
    for (const adapter of members) {
      this.#starts.set(adapter, this.#rank);
      this.#rank += this.#rankOf(adapter);
    }
    const feeds: Record<string, Tensor> = {};
    for (const { module, inputs, outputs } of this.#linears()) {
      const a = new Float32Array(this.#rank * inputs);
      const b = new Float32Array(outputs * this.#rank);
      for (const [adapter, start] of this.#starts) {
        const own = this.#rankOf(adapter);
        a.set(halfOf(adapter, module, 'A'), start * inputs);
        const from = halfOf(adapter, module, 'B');
        for (let row = 0; row < outputs; row++)
          b.set(from.subarray(row * own, (row + 1) * own), row * this.#rank + start);
      }
      feeds[adapterName(module, 'A')] = { data: a, shape: [this.#rank, inputs], dtype: 'float32' };
      feeds[adapterName(module, 'B')] = { data: b, shape: [outputs, this.#rank], dtype: 'float32' };
    }
    this.#feeds = feeds;
  }

  #linears() {
    return adaptedLinears(this.#config, 'all-linear');
  }

  #rankOf(adapter: Feeds): number {
    const [first] = this.#linears();
    return first === undefined ? 0 : (adapter[adapterName(first.module, 'A')]?.shape[0] ?? 0);
  }
}

function halfOf(adapter: Feeds, module: string, half: 'A' | 'B'): Float32Array {
  return adapter[adapterName(module, half)]?.data as Float32Array;
}
