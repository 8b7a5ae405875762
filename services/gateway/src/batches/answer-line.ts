import { LatheError } from '@lathe/contracts/error';
import type { BatchAnswer } from '@lathe/contracts/http/batch';
import { derivedId, newId } from '@lathe/contracts/id';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { recordKey } from '@lathe/contracts/subject';
import { pause } from '@lathe/platform/nats/pause';
import { completeChat } from '../chat/chat.ts';
import { completeText } from '../chat/completions.ts';
import { embed } from '../chat/embeddings.ts';
import { failureOf } from '../http/failure.ts';
import { keptOf } from '../stored/stored-completions.ts';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import type { BatchLine } from './lines.ts';

type Asking = {
  readonly line: BatchLine;
  readonly signal: AbortSignal;
  readonly settings: Pick<BatchSettings, 'batchTries' | 'batchPauseMs'>;
};

/**
 * What the endpoint answers to a line, or why it does not. What is refused for the moment, or lost with an evaluator, is
 * asked again after a pause. Throws only the signal's reason.
 */
export async function answerLine(
  ports: BatchPorts,
  batch: Pick<BatchRecord, 'id' | 'project' | 'endpoint'>,
  { line, signal, settings }: Asking,
): Promise<BatchAnswer> {
  const id = newId('batchAnswer');
  for (let tries = 1; ; tries++) {
    const requestId = newId('request');
    const about = { id, custom_id: line.customId };
    const answered = (status_code: number, body: unknown): BatchAnswer => ({
      ...about,
      response: { status_code, request_id: requestId, body },
      error: null,
    });
    try {
      return answered(200, await ask(ports, batch, { line, signal, requestId }));
    } catch (error) {
      signal.throwIfAborted();
      const { status, body } = failureOf(error, `answering a line of a batch`);
      if (status >= 500) ports.log.warn({ err: error, requestId }, 'a line of a batch failed');
      const mayRepeat = status === 429 || status >= 500;
      const isPointless = error instanceof LatheError && !error.retryable;
      if (!mayRepeat || isPointless || tries >= settings.batchTries) return answered(status, body);
      const waited = (error instanceof LatheError ? error.retryAfterMs : null) ?? 0;
      const patience = Math.max(waited, Math.min(settings.batchPauseMs, 100 * 2 ** tries));
      await pause(patience, signal);
      signal.throwIfAborted();
    }
  }
}

/** The body of the endpoint's answer. Throws what the endpoint throws. */
async function ask(
  ports: BatchPorts,
  { id: batchId, project, endpoint }: Pick<BatchRecord, 'id' | 'project' | 'endpoint'>,
  { line, signal, requestId }: Pick<Asking, 'line' | 'signal'> & { readonly requestId: string },
): Promise<unknown> {
  const bytes = Uint8Array.from(Buffer.from(line.body));
  const asker = { project, requestId, signal, onLimits: () => undefined };
  const read = <Kind extends 'chat' | 'completion' | 'embedding'>(kind: Kind) =>
    ports.bodies.read({ kind, bytes, project, requestId }, signal);
  // Whoever waits for a chat goes first.
  const unhurried = <Request extends { readonly envelope: object }>(request: Request): Request => ({
    ...request,
    envelope: { ...request.envelope, urgency: 'evaluation' },
  });
  switch (endpoint) {
    case '/v1/chat/completions': {
      const request = unhurried(await read('chat'));
      // By batch and line: what an earlier try stored, and died before the line's answer was, is found again.
      const id = await derivedId('completion', `${batchId}/${line.index}`);
      const stored = request.toStore && (await ports.storedCompletions.get(recordKey(project, id)));
      const kept = stored ? await keptOf(ports, stored.value) : null;
      return kept?.completion ?? completeChat(ports, asker, request, id);
    }
    case '/v1/completions':
      return completeText(ports, asker, unhurried(await read('completion')));
    case '/v1/embeddings': {
      const pieces = await embed(ports, asker, unhurried(await read('embedding')));
      return JSON.parse((await Array.fromAsync(pieces)).join(''));
    }
  }
}
