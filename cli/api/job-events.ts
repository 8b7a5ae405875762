import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EventObject,
  eventObjectSchema,
  jobObjectSchema,
} from '@lathe/contracts/http/fine-tuning';
import { isTerminal } from '@lathe/contracts/job/state';
import { APIConnectionError, APIError } from 'openai';
import type { Stream } from 'openai/streaming';
import type { Api } from './api.ts';
import { jobsPath } from './job.ts';

/** Pauses before another try after a stream was cut off; then it is given up. */
const pausesMs = [250, 500, 1000, 2000, 4000, 8000, 16_000];

type Followed = {
  readonly signal: AbortSignal;
  /** Called when the connection was lost and is tried again. */
  readonly onLost: () => void;
};

/**
 * The events of a job, oldest first, each once, until the job is over. A stream that is cut off goes on after the last event,
 * for as long as a gateway takes to come back. Rejects with what ended it.
 */
export async function* jobEvents(
  api: Api,
  id: string,
  { signal, onLost }: Followed,
): AsyncGenerator<EventObject> {
  const path = `${jobsPath}/${encodeURIComponent(id)}`;
  let after: string | undefined;
  for (let losses = 0; ; ) {
    try {
      const query = { stream: 'true', ...(after && { after }) };
      const stream = await api.client.get<Stream<unknown>>(`${path}/events`, {
        ...{ query, signal, stream: true },
      });
      for await (const told of stream) {
        const event = eventObjectSchema.parse(told);
        after = event.id;
        losses = 0;
        yield event;
      }
      // A gateway that ends may close the stream as if it were complete.
      if (isTerminal((await api.get(path, jobObjectSchema)).status)) return;
    } catch (error) {
      const pause = pausesMs[losses];
      if (signal.aborted || !isLoss(error) || pause === undefined) throw error;
      losses++;
      onLost();
      await sleep(pause, undefined, { signal });
    }
  }
}

/** Whether the same may work in a moment: nobody answered, the connection broke, or the gateway says so. */
function isLoss(error: unknown): boolean {
  if (error instanceof APIConnectionError) return true;
  if (error instanceof APIError) return error.status === undefined || error.status >= 500;
  // Node's fetch, for a body that is cut off.
  return error instanceof TypeError && error.message === 'terminated';
}
