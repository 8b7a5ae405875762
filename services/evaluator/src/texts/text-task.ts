import type { Message } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { TokenLogprob } from '@lathe/contracts/http/chat';
import type { Asked, Prediction } from '@lathe/contracts/message/prediction';
import type { GeneratedToken } from '@lathe/engine/generator';
import type { ToolForm, ToolSupport } from '@lathe/tokenizer/tool-form';
import type { GenerateRequest } from '../engine/engine.ts';
import type { AnsweredRow } from './held-out.ts';
import type { EncodedInput, Options } from './predict/input.ts';
import type { FolderAbility, ServedTask } from './served-task.ts';

/** What is known of a model folder besides its texts. */
export type ModelFacts = FolderAbility & {
  /** Whether it reads a text from both sides. */
  readonly architecture: 'decoder' | 'encoder';
  readonly hiddenSize: number;
  readonly maxPositions: number;
  readonly parameters: number;
  /** Digest of tokenizer.json. */
  readonly tokenizerSha256: string;
  /** Why the model cannot chat; null: it has a template. */
  readonly templateProblem: string | null;
  /** What the model is asked with before an answer that no answer has, such as an opened thought. */
  readonly promptSurplus: string | null;
  /** Every token that ends an answer. */
  readonly stopTokens: readonly number[];
  /** What hides a token; null: the tokenizer names none. */
  readonly maskToken: number | null;
  /** How the model writes calls of tools, or why it has none. */
  readonly tools: ToolSupport;
};

/** What has to be known of a model to make tokens of texts. */
export type TextModel = {
  readonly name: string;
  readonly folder: string;
  /** `completion`: it was tuned on prompts without a chat template. */
  readonly style: 'chat' | 'completion';
  /** Most tokens of a text and its answer. */
  readonly room: number;
  /** What it can be asked. */
  readonly task: ServedTask;
};

/** A chat request as the engine takes it, but for what differs between its choices or is known of the model only. */
export type PreparedChat = {
  readonly tokens: Int32Array<ArrayBuffer>;
  readonly request: Omit<GenerateRequest, 'tokens' | 'seed' | 'stopTokens'>;
  readonly seed: number | null;
  readonly choices: number;
  readonly stop: readonly string[];
  readonly wantsLogprobs: boolean;
  /** How calls are found in the answer; null: none is looked for. */
  readonly calls: ToolForm | null;
};

/** A request to go on from prompts as the engine takes it. */
export type PreparedCompletion = {
  readonly prompts: readonly {
    readonly tokens: Int32Array<ArrayBuffer>;
    readonly text: string;
    /** Tokens at the beginning that stand for no part of the text. */
    readonly unseen: number;
  }[];
  readonly echo: boolean;
  readonly chat: Omit<PreparedChat, 'tokens'>;
};

/** An embedding request as the engine takes it. */
export type PreparedInputs = {
  readonly inputs: readonly Int32Array<ArrayBuffer>[];
  /** Numbers of one vector. */
  readonly dimensions: number;
};

/** A request for predictions as the engine takes it: what was asked, and its inputs as tokens. */
export type PreparedQuestion = {
  readonly options: { [Kind in Asked['kind']]: Options<Kind> }[Asked['kind']];
  readonly inputs: readonly EncodedInput[];
};

/** What the engine said of an input's texts, to be read with the input's sheet. */
export type AnsweredInput = Pick<EncodedInput, 'sheet'> & {
  readonly results: readonly Float32Array[];
};

/** A held-out row that is to be asked, and the limits of its answer. */
export type RowToAsk = {
  readonly row: AnsweredRow;
  readonly context: readonly Message[];
  readonly expected: string;
  readonly calls?: Message['tool_calls'];
  /** Its examples are wanted, though none stand in its prompt. */
  readonly isScored?: boolean;
};
export type AnswerLimits = { readonly answerSlack: number; readonly answerMost: number };

/** What a row becomes for a model; `examples` only where they are not the row's own. */
export type AskedRow = {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly examples: readonly ShardExample[] | null;
};

/** The texts of which folder, and whether with the control tokens that calls of tools are written with. */
type ShownText = { readonly folder: string; readonly withCalls: boolean };

/** Everything that is done with texts and tokens away from the event loop. */
export type TextTask =
  | { readonly kind: 'facts'; readonly folder: string; readonly isFresh: boolean }
  | { readonly kind: 'forget' | 'weights'; readonly folder: string }
  | {
      readonly kind: 'chat' | 'completion' | 'inputs' | 'question';
      readonly model: TextModel;
      readonly body: Uint8Array;
      /** What takes long is left to another thread. */
      readonly isQuick: boolean;
    }
  | {
      readonly kind: 'rows';
      readonly model: TextModel;
      readonly rows: readonly RowToAsk[];
      readonly shots: readonly AnsweredRow[];
      readonly limits: AnswerLimits;
    }
  | {
      readonly kind: 'answers';
      readonly model: TextModel;
      readonly options: PreparedQuestion['options'];
      readonly inputs: readonly AnsweredInput[];
    }
  | ({ readonly kind: 'decode'; readonly tokens: readonly number[] } & ShownText)
  | ({ readonly kind: 'begin'; readonly stream: number } & ShownText)
  | {
      readonly kind: 'push';
      readonly stream: number;
      readonly token: GeneratedToken;
      readonly wantsLogprob: boolean;
    }
  | { readonly kind: 'end' | 'close'; readonly stream: number };

/** The text that a token adds to an answer, which may be held back, and its log-probability when it is wanted. */
export type PushedToken = { readonly text: string; readonly logprob: TokenLogprob | null };

/** What comes of each kind of task; `left` says that a quick task would take long. */
export type TextResults = {
  readonly facts: ModelFacts;
  readonly forget: undefined;
  readonly weights: undefined;
  readonly chat: PreparedChat | 'left';
  readonly completion: PreparedCompletion | 'left';
  readonly inputs: PreparedInputs | 'left';
  readonly question: PreparedQuestion | 'left';
  readonly answers: readonly Prediction[];
  /** null: one does not fit the model's context. */
  readonly rows: readonly AskedRow[] | null;
  readonly decode: string;
  readonly begin: undefined;
  readonly push: PushedToken;
  readonly end: string;
  readonly close: undefined;
};
