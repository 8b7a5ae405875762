import { fromSentError, LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import {
  type InferenceReply,
  type InferenceRequest,
  inferenceReplySchema,
} from '@lathe/contracts/message/inference';
import { inferenceSubject } from '@lathe/contracts/subject';
import { askEvaluators } from '@lathe/platform/nats/ask-evaluators';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import type { ModelQuestion } from '../data-ports.ts';

/** Tries of one question while the project's places with the evaluators are taken, and the pause where they name none. */
const tries = 20;
const pauseMs = 2000;

type Asking = {
  readonly question: ModelQuestion;
  readonly signal: AbortSignal;
  readonly progress: () => void;
};

/**
 * Asks one of Lathe's own models, as the chat does. A project that has too much under way is waited for. Throws what
 * `askEvaluators` throws, and `internal_error` for an answer that breaks off.
 */
export async function askEvaluator(
  nats: Nats['connection'],
  waits: { readonly requestTimeoutMs: number; readonly inferenceTimeoutMs: number },
  asking: Asking,
): Promise<string> {
  for (let attempt = 1; ; attempt++)
    try {
      return await askOnce(nats, waits, asking);
    } catch (error) {
      const isBusy = error instanceof LatheError && error.code === 'rate_limit_exceeded';
      if (!isBusy || attempt === tries) throw error;
      asking.progress();
      await pause(error.retryAfterMs ?? pauseMs, asking.signal);
    }
}

async function askOnce(
  nats: Nats['connection'],
  waits: { readonly requestTimeoutMs: number; readonly inferenceTimeoutMs: number },
  { question, signal, progress }: Asking,
): Promise<string> {
  const { project, model } = question;
  const requestId = newId('request');
  const request: InferenceRequest = {
    version: 1,
    ...{ requestId, project, model },
    messages: [{ role: 'user', content: question.prompt }],
    temperature: 0,
    topP: 1,
    maxTokens: question.maxTokens,
    stop: [],
    seed: 1,
    choices: 1,
    topLogprobs: null,
    logitBias: {},
    presencePenalty: 0,
    frequencyPenalty: 0,
    schema: question.schema,
    tools: [],
    toolChoice: 'none',
    parallelToolCalls: false,
  };
  const payload = new TextEncoder().encode(JSON.stringify(request));
  const pieces = askEvaluators(
    nats,
    {
      inferenceAcceptMs: waits.requestTimeoutMs,
      inferenceSilenceMs: waits.inferenceTimeoutMs,
    },
    {
      subject: inferenceSubject,
      message: { envelope: { requestId, project, model }, payload },
      param: 'writer',
      read: readPiece,
      isLast: (piece) => piece.kind === 'done',
    },
    signal,
  );
  let text = '';
  let isWhole = false;
  for await (const piece of pieces) {
    progress();
    if (piece.kind === 'text') text += piece.text;
    isWhole ||= piece.kind === 'done';
  }
  if (!isWhole) throw new LatheError('internal_error', 'The evaluator ended without an answer.');
  return text;
}

function readPiece(json: unknown): Exclude<InferenceReply, { kind: 'error' }> {
  const parsed = inferenceReplySchema.safeParse(json);
  if (!parsed.success)
    throw new LatheError('internal_error', 'The evaluator gave an answer that cannot be read.', {
      cause: parsed.error,
    });
  if (parsed.data.kind === 'error') throw fromSentError(parsed.data.error);
  return parsed.data;
}
