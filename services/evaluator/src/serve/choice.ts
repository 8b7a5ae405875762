import type { InferenceReply } from '@lathe/contracts/message/inference';
import type { Engine, GenerateRequest, OnRead, Urgency } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { PreparedChat } from '../texts/text-task.ts';
import type { AnswerText, Texts } from '../texts/texts.ts';

/** What of the replies is said about the answer itself. */
export type AnswerPiece = Extract<
  InferenceReply,
  { kind: 'text' | 'call' | 'arguments' | 'finish' | 'done' }
>;

export type AnswerPorts = {
  readonly engine: Pick<Engine, 'generate'>;
  readonly texts: Texts;
  readonly signal: AbortSignal;
  /** Counts the tokens of prompt and answers. Throws what refuses them. */
  readonly reserve: (tokens: number) => void;
  /** A seed for a request that names none. */
  readonly randomSeed: () => number;
  /** Of somebody who waits, when left out. */
  readonly urgency?: Urgency | undefined;
};

/** One of the answers that were asked for. */
export type Choice = {
  readonly choice: number;
  readonly project: string;
  readonly chat: PreparedChat;
  readonly settings: GenerateRequest;
  readonly model: ServedModel;
  readonly text: AnswerText;
  readonly onRead?: OnRead | undefined;
};
