import {
  type InferenceReply,
  type InferenceRequest,
  inferenceRequestSchema,
} from '@lathe/contracts/message/inference';
import { inferenceQueue, inferenceSubject } from '@lathe/contracts/subject';
import type { ChatCompletionCreateParamsNonStreaming as Params } from 'openai/resources/chat/completions';
import { onTestFinished } from 'vitest';
import type { TestGateway } from '../integration/gateway.fixture.ts';

/** Sends one reply of the evaluator. */
export type Say = (reply: InferenceReply) => void;

/** For tests: a small evaluator that answers as told, over the real wire, until the test ends. */
export async function startEvaluator(
  { connection }: TestGateway['nats'],
  answer: (request: InferenceRequest, say: Say) => Promise<void> | void,
) {
  const requests: InferenceRequest[] = [];
  const cancelled: string[] = [];
  const asked = connection.subscribe(inferenceSubject, {
    queue: inferenceQueue,
    callback: (_error, message) => {
      const request = inferenceRequestSchema.parse(message.json());
      requests.push(request);
      void answer(request, (reply) => message.respond(JSON.stringify(reply)));
    },
  });
  const left = connection.subscribe('lathe.inference.cancel.*', {
    callback: (_error, message) => void cancelled.push(message.subject.split('.').at(-1) ?? ''),
  });
  onTestFinished(() => {
    asked.unsubscribe();
    left.unsubscribe();
  });
  await connection.flush();
  return { requests, cancelled };
}
export const usage = {
  ...{ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  prompt_tokens_details: { cached_tokens: 2 },
};
export const text = (piece: string, choice = 0): InferenceReply => ({
  kind: 'text',
  choice,
  text: piece,
  logprobs: null,
});
export const finish = (choice = 0): InferenceReply => ({ kind: 'finish', choice, reason: 'stop' });
export const hello: InferenceReply[] = [
  { kind: 'accepted' },
  text('Hel'),
  { kind: 'waiting' },
  text('lo'),
  finish(),
  { kind: 'done', usage },
];
export const sayAll = (replies: InferenceReply[]) => (_request: InferenceRequest, say: Say) =>
  replies.forEach(say);
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const body: Params = { model: 'lathe-tiny', messages: [{ role: 'user', content: 'Hi' }] };
