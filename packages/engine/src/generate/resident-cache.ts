import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ResidentTensor } from '../runtime/device.ts';
import {
  cacheNames,
  capacityFor,
  type DecodeCache,
  type DecodeCall,
  pastMask,
  pastPositions,
} from './decode-cache.ts';
import type { DecodeKind } from './decode-graph.ts';
import {
  disposeAll,
  type MixedFeeds,
  type ResidentDecoding,
  type Residents,
} from './resident-decoding.ts';
import type { Feeds } from './weights.ts';

type Slot = {
  length: number;
  /** Where the batch has it, once it is there. */
  row?: number;
  /** What its prompt left, [1, keyValueHeads, length, headSize], until it joins the batch. */
  own?: Residents;
};

/** Keys and values of the slots that decode together: per layer [rows, keyValueHeads, capacity, headSize]. */
type Batch = { readonly tensors: Residents; readonly rows: number; readonly capacity: number };

/**
 * Keys and values that never leave the device: each run reads the cache there and writes it anew with the new
 * tokens in it, since no buffer can be written in place, and the old buffers are freed at once. A prompt is read
 * into buffers of its own, which join the batch before the next step; slots that were closed are left out then.
 */
export class ResidentCache implements DecodeCache {
  readonly #config: DecoderConfig;
  readonly #maxContext: number;
  readonly #decoding: ResidentDecoding;
  readonly #names: readonly string[];
  readonly #slots: Slot[] = [];
  #batch: Batch | undefined;

  constructor(config: DecoderConfig, maxContext: number, decoding: ResidentDecoding) {
    this.#config = config;
    this.#maxContext = maxContext;
    this.#decoding = decoding;
    this.#names = cacheNames(config);
  }

  get count(): number {
    return this.#slots.length;
  }

  length(slot: number): number {
    return this.#slot(slot).length;
  }

  open(): number {
    return this.#slots.push({ length: 0 }) - 1;
  }

  /** Nothing to do: a closed slot is left out of the batch, and empty places repeat their own row's. */
  clear(): void {}

  close(slot: number): number | undefined {
    const closed = this.#slot(slot);
    if (closed.own !== undefined) disposeAll(closed.own);
    const last = this.#slots.pop() as Slot;
    if (this.#slots.every(({ row }) => row === undefined)) this.#replaceBatch(undefined);
    if (last === closed) return undefined;
    this.#slots[slot] = last;
    return this.#slots.length;
  }

  async fill(slot: number, tokens: number, content: Feeds): Promise<void> {
    const empty = this.#slot(slot);
    if (empty.length > 0) throw new RangeError(`slot ${slot} is not empty`);
    capacityFor(tokens, this.#maxContext);
    const own = await this.#decoding.upload(content);
    empty.own = own;
    empty.length = tokens;
  }

  async extend(call: DecodeCall, feeds: Feeds): Promise<Float32Array> {
    return call.kind === 'prefill' ? this.#prefill(call, feeds) : this.#step(call, feeds);
  }

  dispose(): void {
    while (this.count > 0) this.close(this.count - 1);
  }

  async #prefill(call: DecodeCall, feeds: Feeds): Promise<Float32Array> {
    const slot = this.#slot(call.first);
    const { length, own } = slot;
    if (slot.row !== undefined)
      throw new RangeError('a sequence that decodes takes no more prompt');
    capacityFor(length + call.tokens, this.#maxContext);
    const past = own === undefined ? {} : this.#past(own, [length], length);
    const kind = own === undefined ? 'start' : 'prefill';
    const { logits, tensors } = await this.#run(kind, call, { ...feeds, ...past });
    if (own !== undefined) disposeAll(own);
    slot.own = tensors;
    slot.length = length + call.tokens;
    return logits;
  }

  async #step(call: DecodeCall, feeds: Feeds): Promise<Float32Array> {
    if (call.first !== 0 || call.rows !== this.count || call.tokens !== 1)
      throw new RangeError('a step gives one token to every slot');
    const { tensors: old, rows, capacity } = await this.#gather();
    const lengths = this.#slots.map(({ length }) => length);
    const past = this.#past(old, lengths, capacity);
    const { logits, tensors } = await this.#run('step', call, { ...feeds, ...past });
    this.#replaceBatch({ tensors, rows, capacity });
    for (const slot of this.#slots) slot.length++;
    return logits;
  }

  async #run(kind: DecodeKind, { adapters, layers }: DecodeCall, feeds: MixedFeeds) {
    const { host, resident } = await this.#decoding.decode({ kind, adapters, layers }, feeds);
    return { logits: (host.logits as Tensor).data as Float32Array, tensors: resident };
  }

  /** The past as feeds, of which only the mask and the places come from the host. */
  #past(tensors: Residents, lengths: readonly number[], capacity: number): MixedFeeds {
    const { attention } = this.#config;
    const needsPlaces = attention.includes('sliding') || tensors === this.#batch?.tensors;
    return {
      ...Object.fromEntries(
        this.#names.map((name) => [`past_${name}`, tensors[name] as ResidentTensor]),
      ),
      past_mask: pastMask(lengths, capacity),
      ...(needsPlaces ? { past_positions: pastPositions(capacity) } : {}),
    };
  }

  /** Makes the batch hold every slot at the row of its number, with room for a token more in each. */
  async #gather(): Promise<Batch> {
    const longest = Math.max(...this.#slots.map(({ length }) => length));
    const capacity = Math.max(
      capacityFor(longest + 1, this.#maxContext),
      this.#batch?.capacity ?? 0,
    );
    const waiting = this.#slots.filter(({ own }) => own !== undefined);
    for (const slot of waiting) await this.#join(slot, capacity);
    const isInOrder =
      this.#batch?.rows === this.count && this.#slots.every(({ row }, slot) => row === slot);
    if (!isInOrder || this.#batch?.capacity !== capacity) await this.#arrange(capacity);
    return this.#batch as Batch;
  }

  /** Takes a slot with tensors of its own into the batch. */
  async #join(slot: Slot, capacity: number): Promise<void> {
    const own = slot.own as Residents;
    await this.#arrange(capacity, slot);
    delete slot.own;
    disposeAll(own);
  }

  /** Lays out anew, in the order of their numbers, the slots that are in the batch and the one that joins. */
  async #arrange(capacity: number, joining?: Slot): Promise<void> {
    const { keyValueHeads } = this.#config;
    const batch = this.#batch;
    const members = this.#slots.filter((slot) => slot === joining || slot.row !== undefined);
    const before = (batch?.rows ?? 0) * keyValueHeads * (batch?.capacity ?? 0);
    const lines = new Int32Array(members.length * keyValueHeads * capacity);
    let at = 0;
    for (const { row = 0, own, length } of members) {
      const start = own === undefined ? row * keyValueHeads * (batch as Batch).capacity : before;
      const places = own === undefined ? (batch as Batch).capacity : length;
      // Places that hold nothing repeat one that does: any number will do there, since the mask hides it.
      for (let head = 0; head < keyValueHeads; head++)
        for (let place = 0; place < capacity; place++)
          lines[at++] = start + head * places + Math.min(place, length - 1);
    }
    const sources = [batch?.tensors, joining?.own].filter((source) => source !== undefined);
    const shape = [members.length, keyValueHeads, capacity];
    const tensors = await this.#decoding.arrange(sources[0] as Residents, sources[1], {
      lines: { data: lines, shape, dtype: 'int32' },
    });
    this.#replaceBatch({ tensors, rows: members.length, capacity });
    for (const [row, member] of members.entries()) member.row = row;
  }

  #replaceBatch(batch: Batch | undefined): void {
    if (this.#batch !== undefined) disposeAll(this.#batch.tensors);
    this.#batch = batch;
  }

  #slot(slot: number): Slot {
    const found = this.#slots[slot];
    if (found === undefined) throw new RangeError(`slot ${slot} is not open`);
    return found;
  }
}
