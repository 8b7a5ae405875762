import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';

type Job = OpenAI.FineTuning.FineTuningJob;
const pollMs = 500;
/** Without a terminal a line is printed only so often. */
const plainLineMs = 5000;
const barWidth = 28;

/** Follows a job to its end: each message event once, and a bar with step, loss, speed and time left. */
export async function followJob(
  client: OpenAI,
  id: string,
  say: (text: string) => void,
): Promise<Job> {
  const live = process.stdout.isTTY === true;
  let seen: string | undefined;
  let printed = 0;
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    const fresh = await eventsSince(client, id, seen);
    seen = fresh[0]?.id ?? seen;
    const latest = fresh.find((event) => event.type === 'metrics' || isScoring(event));
    for (const event of fresh.toReversed())
      if (event.type === 'message' && !isScoring(event))
        say(`${live ? '\r\u001b[K' : ''}   ${event.message}`);
    if (latest !== undefined) {
      const line = latest.type === 'metrics' ? bar(latest, job) : latest.message;
      if (live) process.stdout.write(`\r\u001b[K   ${line}`);
      else if (performance.now() - printed > plainLineMs) {
        say(`   ${line}`);
        printed = performance.now();
      }
    }
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) {
      if (live) process.stdout.write('\r\u001b[K');
      return job;
    }
    await sleep(pollMs);
  }
}

type Event = OpenAI.FineTuning.FineTuningJobEvent;

/** Events newer than the one seen last, newest first. */
async function eventsSince(client: OpenAI, id: string, seen: string | undefined): Promise<Event[]> {
  const fresh: Event[] = [];
  for await (const event of client.fineTuning.jobs.listEvents(id, { limit: 50 })) {
    if (event.id === seen) break;
    fresh.push(event);
  }
  return fresh;
}

/** Progress of the evaluation, which is shown like the bar: only the newest counts. */
function isScoring(event: Event): boolean {
  return event.type === 'message' && /^Evaluating .* of \d+ rows/.test(event.message);
}

function bar(event: Event, job: Job): string {
  const data = (event.data ?? {}) as Record<string, unknown>;
  const step = Number(data.step ?? 0);
  const total = Number(data.total_steps ?? step);
  const filled = total === 0 ? 0 : Math.round((barWidth * step) / total);
  const left =
    typeof job.estimated_finish === 'number'
      ? `${Math.max(0, Math.round(job.estimated_finish - Date.now() / 1000))} s left`
      : '';
  return [
    `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`,
    `step ${step}/${total}`,
    `loss ${Number(data.train_loss).toFixed(3)}`,
    `${Math.round(Number(data.tokens_per_second ?? 0))} tokens/s`,
    left,
  ].join('  ');
}
