import type { JobNews } from '@lathe/contracts/message/event';
import { jobEvent } from '@lathe/contracts/message/event';
import { recordKey } from '@lathe/contracts/subject';
import { publishEvent } from '@lathe/platform/nats/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  baseModel,
  project,
  startGateway,
  type TestGateway,
} from '../integration/gateway.fixture.ts';

let gateway: TestGateway;
const mostStreams = 2;

beforeAll(async () => {
  const waits = { eventHeartbeatMs: 50, eventGatherMs: 5, eventEndMs: 50 };
  gateway = await startGateway({ ...waits, eventStreams: mostStreams });
  await gateway.addModel(baseModel);
});
afterAll(() => gateway.stop());

async function newJob(): Promise<string> {
  const training_file = await gateway.upload();
  return (await gateway.client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file })).id;
}

const publish = (id: string, name: JobNews['name'], message: string) =>
  publishEvent(gateway.nats, jobEvent({ project, id }, { name, message }, 1e6), message);

type Told = { readonly id?: string; readonly message?: string; readonly error?: object };

/** Opens a stream and gives its events one by one, `[DONE]` as an empty one. */
async function open(id: string, headers: Record<string, string> = {}, query = '') {
  const path = `/v1/fine_tuning/jobs/${id}/events?stream=true${query}`;
  const controller = new AbortController();
  const answer = await gateway.fetch(path, { headers, signal: controller.signal });
  async function* events(): AsyncGenerator<Told> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const line = /^data: (.*)$/m.exec(frame)?.[1];
        if (line === '[DONE]') yield {};
        else if (line !== undefined) {
          const event = JSON.parse(line) as Told;
          if (event.error === undefined) expect(frame).toContain(`id: ${event.id}\n`);
          yield event;
        }
      }
    }
  }
  return { answer, events: events(), leave: () => controller.abort() };
}

async function all(events: AsyncIterable<Told>): Promise<(string | undefined)[]> {
  const messages: (string | undefined)[] = [];
  for await (const { message } of events) messages.push(message);
  return messages;
}

const over = (id: string) => gateway.patchJob(id, { state: 'succeeded', finishedAt: 2 });

test('tells what happened and then what happens, each once and in order, until the job is over', async () => {
  const id = await newJob();
  const early = Array.from({ length: 20 }, (_, at) => `early ${at}`);
  for (const message of early) await publish(id, 'log', message);
  const { answer, events } = await open(id);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const told = all(events);
  const late = Array.from({ length: 50 }, (_, at) => `late ${at}`);
  for (const message of late) await publish(id, 'log', message);
  await over(id);
  await publish(id, 'succeeded', 'The end');
  const created = `Created fine-tuning job: ${id}`;
  expect(await told).toEqual([created, ...early, ...late, 'The end', undefined]);
});

test('goes on from an event, by the query or by what browsers send', async () => {
  const id = await newJob();
  for (const message of ['one', 'two', 'three']) await publish(id, 'log', message);
  await over(id);
  const { data } = await gateway.client.fineTuning.jobs.listEvents(id, { limit: 3 });
  const one = data.find(({ message }) => message === 'one')?.id ?? '';
  const two = data.find(({ message }) => message === 'two')?.id ?? '';
  const byHeader = await open(id, { 'last-event-id': one });
  // Its last event was never published: the stream ends all the same.
  expect(await all(byHeader.events)).toEqual(['two', 'three', undefined]);
  expect(await all((await open(id, {}, `&after=${two}`)).events)).toEqual(['three', undefined]);
  const wrong = await open(id, { 'last-event-id': 'ftevent-x' });
  expect(wrong.answer.status).toBe(400);
  expect(await wrong.answer.json()).toMatchObject({ error: { param: 'after' } });
});

test('is refused beyond so many, until one is left', async () => {
  const id = await newJob();
  const opened = [await open(id), await open(id)];
  for (const { events } of opened)
    expect((await events.next()).value?.message).toContain('Created');
  const refused = await open(id);
  expect(refused.answer.status).toBe(429);
  await refused.answer.body?.cancel();
  opened[0]?.leave();
  await expect
    .poll(async () => {
      const another = await open(id);
      another.leave();
      return another.answer.status;
    })
    .toBe(200);
  opened[1]?.leave();
});

test('says that the job was erased', async () => {
  const id = await newJob();
  let stream: Awaited<ReturnType<typeof open>> | undefined;
  // The places of those that were left before become free in a moment.
  await expect
    .poll(async () => {
      stream = await open(id);
      return stream.answer.status;
    })
    .toBe(200);
  expect((await stream?.events.next())?.value?.message).toContain('Created');
  await gateway.jobs.delete(recordKey(project, id));
  expect((await stream?.events.next())?.value).toMatchObject({
    error: { message: expect.stringContaining('was erased') },
  });
  expect((await stream?.events.next())?.done).toBe(true);
});
