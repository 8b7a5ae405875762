import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';

type Job = OpenAI.FineTuning.FineTuningJob;
type Event = OpenAI.FineTuning.FineTuningJobEvent;
const pollMs = 500;

/** Follows a job to its end, and says each of its messages once, but for those that count rows that are judged. */
export async function followJob(
  client: OpenAI,
  id: string,
  say: (text: string) => void,
): Promise<Job> {
  let seen: string | undefined;
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    const fresh = await eventsSince(client, id, seen);
    seen = fresh[0]?.id ?? seen;
    for (const { type, message } of fresh.toReversed())
      if (type === 'message' && !/^Evaluating .* of \d+ rows/.test(message)) say(`   ${message}`);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await sleep(pollMs);
  }
}

/** Events newer than the one seen last, newest first. */
async function eventsSince(client: OpenAI, id: string, seen: string | undefined): Promise<Event[]> {
  const fresh: Event[] = [];
  for await (const event of client.fineTuning.jobs.listEvents(id, { limit: 50 })) {
    if (event.id === seen) break;
    fresh.push(event);
  }
  return fresh;
}
