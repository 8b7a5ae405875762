import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { readManifest } from '../manifest.ts';
import { openCluster } from './cluster.fixture.ts';
import { weightAfter } from './slow-engine-math.fixture.ts';

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(chunks)).toString('utf8');
}

test('a job goes from the queue through a worker to evaluation', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  await cluster.startController();
  cluster.startWorker('one');
  const id = await cluster.createJob();
  const done = await cluster.waitFor(id, (job) => job.stage === 'evaluate');

  expect(done).toMatchObject({
    state: 'running',
    epoch: 2,
    trainedTokens: 20 * 16,
    progress: { step: 20, totalSteps: 20 },
    lostWorkers: 0,
  });
  const events = await cluster.events(id);
  expect(events.filter(({ name }) => name === 'metrics').map(({ data }) => data.step)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  expect(events.map(({ name }) => name)).toContain('started');
  expect(events.filter(({ name }) => name === 'checkpoint')).toHaveLength(2);

  const models = await cluster.models.list('default');
  expect(models.map(({ value }) => value.name).sort()).toEqual([
    `ft:tiny:default:test:${id.slice(6, 14)}`,
    `ft:tiny:default:test:${id.slice(6, 14)}:ckpt-step-10`,
    `ft:tiny:default:test:${id.slice(6, 14)}:ckpt-step-20`,
  ]);
  const manifest = await readManifest(cluster.artifacts, done.checkpointKey ?? '');
  expect(manifest).toMatchObject({ step: 20, kind: 'adapter', state: {} });
  const config = await readText(
    cluster.artifacts.get(manifest.model['adapter_config.json']?.key ?? ''),
  );
  expect(JSON.parse(config).weight).toBe(weightAfter(20));

  const [file] = await cluster.files.list('default');
  expect(done.resultFiles).toEqual([file?.value.id]);
  const csv = await readText(cluster.artifacts.get(file?.value.key ?? ''));
  expect(csv.split('\n')).toHaveLength(22);
  expect(csv.split('\n')[20]).toBe(`20,${weightAfter(20)},0.5,${weightAfter(20) / 2},0.25`);
  // The record names the next stage first; the finished work is acknowledged after that.
  const queues = async () =>
    (await cluster.nats.manager.streams.info('LATHE_WORK', { subjects_filter: '>' })).state
      .subjects;
  await expect.poll(queues).toEqual({ 'lathe.work.evaluate': 1 });
});
