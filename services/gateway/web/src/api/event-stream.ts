import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { ApiError, request, sentenceOf } from './client.ts';
import { dataOf } from './server-events.ts';

/** How long a reader waits before it connects again, at first and at most. */
const firstPauseMs = 500;
const longestPauseMs = 8000;

type Reader = {
  readonly onEvents: (events: readonly EventObject[]) => void;
  /** Whether events come; a sentence where they do not, and it is tried again. */
  readonly onState: (problem: string | null) => void;
  /** The job is over and every event is told. */
  readonly onEnd: () => void;
  readonly signal: AbortSignal;
};

/**
 * Reads a job's events as they happen until the job is over: after a lost connection it goes on behind the last event that it has,
 * so that none is missed and none comes twice.
 */
export async function readEvents(jobId: string, reader: Reader): Promise<void> {
  const { signal, onState } = reader;
  let last: string | undefined;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      for await (const batch of connect(jobId, last, signal)) {
        pauseMs = firstPauseMs;
        onState(null);
        if (batch === 'end') return reader.onEnd();
        last = batch.at(-1)?.id ?? last;
        reader.onEvents(batch);
      }
      // The stream ended without its last word: the gateway is gone or being restarted.
      onState('The connection was lost; connecting again …');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && [401, 403, 404].includes(error.status))
        return onState(sentenceOf(error));
      onState(`${sentenceOf(error)} Connecting again …`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
}

/** Events in the pieces in which they arrive; `end` when the job is over. Throws an ApiError where the stream says so. */
async function* connect(
  jobId: string,
  last: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly EventObject[] | 'end'> {
  const path = `/v1/fine_tuning/jobs/${encodeURIComponent(jobId)}/events?stream=true`;
  const headers = last === undefined ? {} : { 'last-event-id': last };
  for await (const said of dataOf(await request(path, { headers, signal }))) {
    const events = said.filter((text) => text !== '[DONE]').map(eventIn);
    yield events;
    if (said.at(-1) === '[DONE]') yield 'end';
  }
}

function eventIn(text: string): EventObject {
  const said = JSON.parse(text) as EventObject | { readonly error: { readonly message: string } };
  if ('error' in said) throw new ApiError(500, said.error.message, said.error);
  return said;
}
