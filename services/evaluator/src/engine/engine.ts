import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Mark } from '@lathe/engine/constraint';
import type { GenerateRequest as EngineRequest, GeneratedToken } from '@lathe/engine/generator';
import type { Predictor, Question } from '@lathe/engine/predictor';

/** Which weights answer: a model folder, and a PEFT adapter folder on top of it or none. */
export type EngineModel = {
  readonly folder: string;
  readonly adapter: string | null;
  /** Most tokens of one sequence. */
  readonly maxContext: number;
};

/**
 * A prompt to continue, as the engine takes it, with every default resolved: but the adapter comes with the model, and
 * the form that the answer keeps to (null: any text) is begun where its tokens are.
 */
export type GenerateRequest = Omit<
  Required<EngineRequest>,
  'adapter' | 'constraint' | 'topK' | 'givesStop' | 'scope' | 'onRead'
> & {
  readonly form: AnswerForm | null;
};

/**
 * A JSON Schema that was read already, which may take long: its bytes for `deserialize`, and a name for the whole. The
 * answer is held to it from the beginning, or from where it has said the mark; `control` are the tokens besides the
 * ordinary ones that it is written with.
 */
export type AnswerForm = {
  readonly key: string;
  readonly schema: Uint8Array<ArrayBuffer>;
  readonly mark: Mark | null;
  readonly control: readonly string[];
};

/** Mean negative log-likelihood over supervised tokens, in nats, and ln p of those of each example together. */
export type EngineScore = {
  readonly loss: number;
  readonly supervisedTokens: number;
  readonly logProbabilities: ArrayLike<number>;
};

/** A model in memory, or an adapter on one. */
export type LoadedModel = {
  readonly folder: string;
  /** The folder of the model that an adapter lies on; null: it is a model. */
  readonly on: string | null;
  /** Bytes of its weights. */
  readonly bytes: number;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
};

/** Chats come before evaluations, but do not stop them. */
export type Urgency = 'chat' | 'evaluation';

/** For whom the work is done: projects take turns. The signal stops it. */
export type Asker = { readonly project: string; readonly signal: AbortSignal };

/** Told, before a prompt is read, of how many of its tokens the keys and values were kept. */
export type OnRead = NonNullable<EngineRequest['onRead']>;

/** A text as the engine reads it. */
export type EngineText = Parameters<Predictor['predict']>[1][number];

/** The engine as evaluation and serving see it; engine-process.ts is the one that runs models. */
export interface Engine {
  /**
   * Continues a prompt, token by token; a stop token ends it and does not come out. Leaving the loop
   * or the signal stops the work. Throws a retryable `unavailable` when the engine dies meanwhile.
   */
  generate(
    model: EngineModel,
    request: GenerateRequest,
    options: Asker & { readonly urgency: Urgency; readonly onRead?: OnRead | undefined },
  ): AsyncGenerator<GeneratedToken, void>;
  /** The loss of examples under a model. Throws like `generate`. */
  score(
    model: EngineModel,
    examples: readonly ShardExample[],
    signal: AbortSignal,
  ): Promise<EngineScore>;
  /** What comes of each text, in order, as the engine's predictor has it. Throws like `generate`. */
  predict(
    model: EngineModel,
    asked: { readonly question: Question; readonly texts: readonly EngineText[] },
    options: Asker & { readonly urgency: Urgency },
  ): Promise<readonly Float32Array<ArrayBuffer>[]>;
  /** Drops what is held in memory of a folder: its model was deleted. */
  forget(folder: string): void;
}
