import { LatheError } from '@lathe/contracts/error';
import { type CompletionReply, completionReplySchema } from '@lathe/contracts/message/completion';
import { type EmbeddingReply, embeddingReplySchema } from '@lathe/contracts/message/embedding';
import { type InferenceReply, inferenceReplySchema } from '@lathe/contracts/message/inference';
import { type PredictionReply, predictionReplySchema } from '@lathe/contracts/message/prediction';
import {
  completionSubject,
  embeddingSubject,
  inferenceSubject,
  predictionSubject,
} from '@lathe/contracts/subject';
import { askEvaluators, type InferenceWaits } from '@lathe/platform/nats/ask-evaluators';
import type { NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import type { ReadChat, ReadEmbedding, ReadPrediction } from '../bodies/body-task.ts';
import { repliedError } from '../http/rate-limits.ts';

/** Everything of a reply but the failure, which is thrown. */
export type Piece = Exclude<InferenceReply, { kind: 'error' }>;
export type CompletionPiece = Exclude<CompletionReply, { kind: 'error' }>;
export type EmbeddingPiece = Exclude<EmbeddingReply, { kind: 'error' }>;
export type PredictionPiece = Exclude<PredictionReply, { kind: 'error' }>;

/** Asks the evaluators; all throw and end as `askEvaluators` says. */
export type Inference = {
  /** Answers a chat request. */
  answer(request: ReadChat, signal: AbortSignal): AsyncGenerator<Piece, void>;
  /** Goes on from prompts. */
  complete(request: ReadChat, signal: AbortSignal): AsyncGenerator<CompletionPiece, void>;
  /** Makes vectors of texts. */
  embed(request: ReadEmbedding, signal: AbortSignal): AsyncGenerator<EmbeddingPiece, void>;
  /** Asks texts what a model was taught. */
  predict(request: ReadPrediction, signal: AbortSignal): AsyncGenerator<PredictionPiece, void>;
};

/** Requests over NATS. */
export function createInference(nats: NatsConnection, waits: InferenceWaits): Inference {
  return {
    answer(message, signal) {
      const read = (json: unknown): Piece => {
        const reply = readReply(inferenceReplySchema, json);
        if (reply.kind === 'error') throw repliedError(reply);
        requireChoice(reply, message.choices);
        return reply;
      };
      const isLast = (piece: Piece): boolean => piece.kind === 'done';
      const question = { subject: inferenceSubject, message, param: 'messages', read, isLast };
      return askEvaluators(nats, waits, question, signal);
    },
    complete(message, signal) {
      const read = (json: unknown): CompletionPiece => {
        const reply = readReply(completionReplySchema, json);
        if (reply.kind === 'error') throw repliedError(reply);
        requireChoice(reply, message.choices);
        return reply;
      };
      const isLast = (piece: CompletionPiece): boolean => piece.kind === 'done';
      const question = { subject: completionSubject, message, param: 'prompt', read, isLast };
      return askEvaluators(nats, waits, question, signal);
    },
    embed(message, signal) {
      const read = (json: unknown): EmbeddingPiece => {
        const reply = readReply(embeddingReplySchema, json);
        if (reply.kind === 'error') throw repliedError(reply);
        return reply;
      };
      const isLast = (piece: EmbeddingPiece): boolean => piece.kind === 'done';
      const question = { subject: embeddingSubject, message, param: 'input', read, isLast };
      return askEvaluators(nats, waits, question, signal);
    },
    predict(message, signal) {
      const read = (json: unknown): PredictionPiece => {
        const reply = readReply(predictionReplySchema, json);
        if (reply.kind === 'error') throw repliedError(reply);
        return reply;
      };
      const isLast = (piece: PredictionPiece): boolean => piece.kind === 'done';
      const { param } = message;
      const question = { subject: predictionSubject, message, param, read, isLast };
      return askEvaluators(nats, waits, question, signal);
    },
  };
}

function requireChoice(reply: object, choices: number): void {
  if ('choice' in reply && !(Number(reply.choice) >= 0 && Number(reply.choice) < choices))
    throw new LatheError('internal_error', 'The evaluator answered a choice nobody asked.');
}

/** Throws `internal_error`: what an evaluator says and cannot be read fails this one request. */
function readReply<Reply>(schema: z.ZodType<Reply>, json: unknown): Reply {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new LatheError('internal_error', 'The evaluator gave an answer that cannot be read.', {
    cause: parsed.error,
  });
}
