import { child, rootSeed, uniform } from '../nn/seed.ts';
import type { Constraint } from './constrain/constraint.ts';
import type { DecodeCache } from './decode-cache.ts';
import type { Decoder } from './decoder.ts';
import { chooseToken, givenToken, type SamplingSettings, type TokenChoice } from './sampling.ts';
import type { ServedAdapter } from './served-adapter.ts';
import { TokenStream } from './token-stream.ts';

/** Why an answer ended: a stop token, or the limit on tokens or of the context. */
export type FinishReason = 'stop' | 'length';

export type GeneratedToken = TokenChoice;

export type SequenceRequest = SamplingSettings & {
  readonly tokens: readonly number[];
  /** 0: nothing is generated. */
  readonly maxTokens: number;
  /** Whether the tokens of the prompt from the second on come out before the answer, as the model would have them. */
  readonly scoresPrompt: boolean;
  readonly stopTokens: readonly number[];
  /** Whether the stop token that ends the answer comes out as its last one. */
  readonly givesStop: boolean;
  readonly seed: number;
  /** Holds the answer to a form; it is used up by this one answer. */
  readonly constraint?: Constraint;
};

/** Token ids from the first up to, not with, the second. */
export type IdStretch = readonly [from: number, to: number];

type Sequence = {
  readonly request: SequenceRequest;
  readonly adapter: ServedAdapter | undefined;
  readonly stream: TokenStream<GeneratedToken, FinishReason>;
  readonly signal: AbortSignal | undefined;
  readonly counts: Map<number, number>;
  readonly random: () => number;
  next: number;
  generated: number;
};

export type LaneOptions = {
  readonly decoder: Decoder;
  readonly maxContext: number;
  readonly maxRows: number;
  /** Prompts are let in between two tokens of the answers that run until so many tokens of prompts are read. */
  readonly admitTokens: number;
  /** Ids that no token has, as stretches with their first id and the one behind their last. */
  readonly absentTokens: readonly IdStretch[];
};

/**
 * Sequences that decode together, each with its adapter or none. Requests join and leave between two
 * tokens: nobody waits for the longest answer.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #cache: DecodeCache;
  readonly #waiting: Sequence[] = [];
  /** By slot of the cache. */
  readonly #active: Sequence[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#cache = options.decoder.createCache();
  }

  get busy(): boolean {
    return this.#waiting.length > 0 || this.#active.length > 0;
  }

  add(
    request: SequenceRequest,
    adapter: ServedAdapter | undefined,
    signal?: AbortSignal,
  ): TokenStream<GeneratedToken, FinishReason> {
    const stream = new TokenStream<GeneratedToken, FinishReason>();
    const seed = child(rootSeed(request.seed), 'sample');
    let drawn = 0;
    this.#waiting.push({
      request,
      adapter,
      stream,
      signal,
      counts: new Map(),
      random: () => uniform(seed, drawn++),
      next: 0,
      generated: 0,
    });
    return stream;
  }

  /** One turn: drops who has gone, gives each sequence its next token, and lets new prompts in. */
  async turn(): Promise<void> {
    for (let slot = this.#active.length - 1; slot >= 0; slot--)
      if (this.#active[slot]?.signal?.aborted) this.#finish(slot, abortReason);
    if (this.#active.length > 0) await this.#step();
    const { maxRows, admitTokens } = this.#options;
    let read = 0;
    while (this.#waiting.length > 0 && this.#active.length < maxRows && read < admitTokens)
      read += await this.#admit();
  }

  /** Ends every sequence with an error. */
  fail(error: unknown): void {
    for (const sequence of [...this.#waiting, ...this.#active]) sequence.stream.fail(error);
    this.#waiting.length = 0;
    for (let slot = this.#active.length - 1; slot >= 0; slot--) this.#close(slot);
  }

  /** Frees the cache of sequences that have ended or failed. */
  dispose(): void {
    this.#cache.dispose();
  }

  /** Reads the prompt of who has waited longest; returns its length in tokens, 0 if nobody waits for it any more. */
  async #admit(): Promise<number> {
    const sequence = this.#waiting.shift() as Sequence;
    if (sequence.signal?.aborted) {
      sequence.stream.fail(abortReason());
      return 0;
    }
    const slot = this.#cache.open();
    this.#active.push(sequence);
    const { decoder } = this.#options;
    const { layers: adapter, virtual } = sequence.adapter ?? {};
    const { tokens, maxTokens, scoresPrompt, topLogprobs } = sequence.request;
    const onLogits = (place: number, logits: Float32Array): void => {
      this.#hideAbsent(logits);
      sequence.stream.push(givenToken(tokens[place + 1] as number, logits, topLogprobs));
    };
    const scoring = scoresPrompt ? { onLogits } : {};
    let logits: Float32Array;
    try {
      logits = await decoder.prefill(this.#cache, { slot, tokens, adapter, virtual, ...scoring });
    } catch (error) {
      // A prompt that cannot be read is no reason to end the answers of others.
      this.#break(slot, error);
      return tokens.length;
    }
    if (maxTokens === 0) this.#finish(slot, () => 'length');
    else this.#take(slot, logits);
    return tokens.length;
  }

  async #step(): Promise<void> {
    const { decoder } = this.#options;
    const rows = await decoder.step(this.#cache, {
      tokens: this.#active.map(({ next }) => next),
      adapters: this.#active.map(({ adapter }) => adapter?.layers),
    });
    // From the last slot down: a sequence that ends is replaced by one that has had its turn.
    for (let slot = rows.length - 1; slot >= 0; slot--)
      this.#take(slot, rows[slot] as Float32Array);
  }

  /** Chooses a sequence's next token and ends it when it is over. */
  #take(slot: number, logits: Float32Array): void {
    const sequence = this.#active[slot] as Sequence;
    const { request, stream, counts, random } = sequence;
    this.#hideAbsent(logits);
    let choice: TokenChoice;
    let isStop: boolean;
    try {
      request.constraint?.mask(logits);
      choice = chooseToken(logits, request, { counts, random });
      isStop = request.stopTokens.includes(choice.token);
      if (!isStop) request.constraint?.advance(choice.token);
    } catch (error) {
      // It is this answer's own problem.
      this.#break(slot, error);
      return;
    }
    if (isStop) {
      if (request.givesStop) stream.push(choice);
      this.#finish(slot, () => 'stop');
      return;
    }
    stream.push(choice);
    counts.set(choice.token, (counts.get(choice.token) ?? 0) + 1);
    sequence.next = choice.token;
    sequence.generated++;
    const full = this.#cache.length(slot) >= this.#options.maxContext;
    if (request.constraint?.isOver) this.#finish(slot, () => 'stop');
    else if (sequence.generated >= request.maxTokens || full) this.#finish(slot, () => 'length');
  }

  /** Rows of a head that no token has: whatever they score, they cannot be said. */
  #hideAbsent(logits: Float32Array): void {
    for (const [from, to] of this.#options.absentTokens)
      logits.fill(Number.NEGATIVE_INFINITY, from, to);
  }

  #finish(slot: number, reason: () => FinishReason | Error): void {
    const { stream } = this.#active[slot] as Sequence;
    const end = reason();
    if (end instanceof Error) stream.fail(end);
    else stream.end(end);
    this.#close(slot);
  }

  /** Ends a sequence that went wrong, and leaves nothing of it where another one will lie. */
  #break(slot: number, error: unknown): void {
    (this.#active[slot] as Sequence).stream.fail(error);
    this.#cache.clear(slot);
    this.#close(slot);
  }

  #close(slot: number): void {
    const moved = this.#cache.close(slot);
    const last = this.#active.pop() as Sequence;
    if (moved !== undefined) this.#active[slot] = last;
  }
}

function abortReason(): Error {
  return new DOMException('The request was cancelled.', 'AbortError');
}
