import { child, rootSeed, uniform } from '../nn/seed.ts';
import type { Constraint } from './constrain/constraint.ts';
import type { DecodeCache } from './decode-cache.ts';
import type { Decoder } from './decoder.ts';
import { blockTokens, type PrefixCache } from './prefix-cache.ts';
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
  /** For whom it is: what is kept of prompts is used for the same scope alone. */
  readonly scope: string;
  /** Told, before the prompt is read, of how many of its tokens the keys and values were kept. */
  readonly onRead?: (cachedTokens: number) => void;
  /** Holds the answer to a form; it is used up by this one answer. */
  readonly constraint?: Constraint;
};

/** Token ids from the first up to, not with, the second. */
export type IdStretch = readonly [from: number, to: number];

/** What answers a request: the base model, under an adapter or none, and where it keeps what prompts leave. */
export type Answerer = {
  readonly adapter?: ServedAdapter;
  readonly prefixes?: PrefixCache | undefined;
};

type Sequence = Answerer & {
  readonly request: SequenceRequest;
  readonly stream: TokenStream<GeneratedToken, FinishReason>;
  readonly signal: AbortSignal | undefined;
  readonly counts: Map<number, number>;
  readonly random: () => number;
  readonly answer: number[];
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
    answerer: Answerer,
    signal?: AbortSignal,
  ): TokenStream<GeneratedToken, FinishReason> {
    const stream = new TokenStream<GeneratedToken, FinishReason>();
    const seed = child(rootSeed(request.seed), 'sample');
    let drawn = 0;
    this.#waiting.push({
      ...answerer,
      request,
      stream,
      signal,
      counts: new Map(),
      random: () => uniform(seed, drawn++),
      answer: [],
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

  /** Reads the prompt of who has waited longest; returns how many tokens were read, 0 if nobody waits for it any more. */
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
    const { tokens, maxTokens, scoresPrompt, topLogprobs, scope, onRead } = sequence.request;
    const onLogits = (place: number, logits: Float32Array): void => {
      this.#hideAbsent(logits);
      sequence.stream.push(givenToken(tokens[place + 1] as number, logits, topLogprobs));
    };
    // What is kept says nothing of the logits after each token.
    const prefix = scoresPrompt ? undefined : sequence.prefixes?.find(scope, tokens);
    const cachedTokens = prefix?.tokens ?? 0;
    const how = scoresPrompt ? { onLogits } : { prefix };
    let logits: Float32Array;
    try {
      onRead?.(cachedTokens);
      logits = await decoder.prefill(this.#cache, { slot, tokens, adapter, virtual, ...how });
    } catch (error) {
      // A prompt that cannot be read is no reason to end the answers of others.
      this.#break(slot, error);
      return tokens.length - cachedTokens;
    }
    if (maxTokens === 0) this.#finish(slot, () => 'length');
    else if (this.#take(slot, logits)) this.#keep(slot);
    return tokens.length - cachedTokens;
  }

  /** Keeps what a sequence has left in its slot, whose logits were finite, for prompts that begin like it. */
  #keep(slot: number): void {
    const { prefixes, adapter, request, answer } = this.#active[slot] as Sequence;
    if (prefixes === undefined || this.#cache.read === undefined) return;
    const before = adapter?.virtual?.count ?? 0;
    const read = this.#cache.length(slot) - before;
    prefixes.keep(request.scope, [...request.tokens, ...answer].slice(0, read), (from) =>
      this.#cache.read!(slot, { from: before + from, tokens: blockTokens }),
    );
  }

  async #step(): Promise<void> {
    const { decoder } = this.#options;
    const rows = await decoder.step(this.#cache, {
      tokens: this.#active.map(({ answer }) => answer.at(-1) as number),
      adapters: this.#active.map(({ adapter }) => adapter?.layers),
    });
    // From the last slot down: a sequence that ends is replaced by one that has had its turn.
    for (let slot = rows.length - 1; slot >= 0; slot--)
      this.#take(slot, rows[slot] as Float32Array);
  }

  /** Chooses a sequence's next token and ends it when it is over; tells whether it goes on. */
  #take(slot: number, logits: Float32Array): boolean {
    const { request, stream, counts, random, answer } = this.#active[slot] as Sequence;
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
      return false;
    }
    if (!isStop) {
      counts.set(choice.token, (counts.get(choice.token) ?? 0) + 1);
      answer.push(choice.token);
    }
    if (!isStop || request.givesStop) stream.push(choice);
    const isFull = this.#cache.length(slot) >= this.#options.maxContext;
    const isOver = isStop || request.constraint?.isOver === true;
    if (!isOver && answer.length < request.maxTokens && !isFull) return true;
    this.#keep(slot);
    this.#finish(slot, () => (isOver ? 'stop' : 'length'));
    return false;
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
