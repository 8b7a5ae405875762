import { fileRecordSchema } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { RecordStore } from '@lathe/platform/records/port';
import { publishManyEvents, writeManyFiles, writeManyJobs } from '@lathe/testkit/many-records';
import { expect, it } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { newestFirst } from './cursor.ts';
import { recordPage } from './record-page.ts';

const gateway = oneGateway();

it('reads whole what a page shows and nothing else, and leaves out what was erased a moment ago', async () => {
  const files = await writeManyFiles(gateway, { project: 'paged', count: 30 });
  const read: string[] = [];
  const records: RecordStore<(typeof files)[number]> = {
    ...gateway.files,
    get: (key) => {
      read.push(key);
      return gateway.files.get(key);
    },
  };
  const newest = files.toReversed();
  const [gone] = newest.slice(12, 13);
  await gateway.files.delete(recordKey('paged', gone?.id ?? ''));
  const { items, hasMore } = await recordPage(
    files,
    { after: newest[9]?.id, limit: 5 },
    {
      ...{ project: 'paged', records, compare: newestFirst, isShown: () => true },
      places: { ...gateway.files, get: async () => null } as never,
    },
  );
  const page = newest.slice(10, 15);
  expect(read.toSorted()).toEqual(page.map(({ id }) => recordKey('paged', id)).toSorted());
  expect(items).toEqual(page.filter((file) => file !== gone));
  expect(items.map((file) => fileRecordSchema.safeParse(file).success)).not.toContain(false);
  expect(hasMore).toBe(true);
});

it('pages through many jobs, files and events, each once and in order', async () => {
  const jobs = await writeManyJobs(gateway, { project, count: 120 });
  const files = await writeManyFiles(gateway, { project, count: 120 });
  const [job] = jobs;
  await publishManyEvents(gateway.nats, job ?? expect.fail('no job'), 250);
  const { client } = gateway;
  const idsOf = async (pages: AsyncIterable<{ id: string }>) =>
    (await Array.fromAsync(pages)).map(({ id }) => id);
  const newestIds = (all: readonly { id: string }[]) => all.map(({ id }) => id).toReversed();
  expect(await idsOf(client.fineTuning.jobs.list({ limit: 50 }))).toEqual(newestIds(jobs));
  expect(await idsOf(client.files.list({ limit: 50 }))).toEqual(newestIds(files));
  const events = await Array.fromAsync(
    client.fineTuning.jobs.listEvents(job?.id ?? '', { limit: 100 }),
  );
  expect(events.map(({ data }) => (data as { step: number }).step)).toEqual(
    Array.from({ length: 250 }, (_, at) => 250 - at),
  );
});
