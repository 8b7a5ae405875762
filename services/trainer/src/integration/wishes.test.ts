import { moveJob } from '@lathe/contracts/job/record';
import { changeJob } from '@lathe/platform/jobs';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { readManifest } from '../manifest.ts';
import { type Cluster, openCluster } from './cluster.fixture.ts';
import { atStep, eventNames, expectUndisturbed, trained } from './undisturbed.fixture.ts';

async function withCluster(act: (cluster: Cluster) => Promise<void>): Promise<void> {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  await act(cluster);
}

test('a running job is cancelled in the middle and its slot is free for the next', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 4 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(2));
    await cluster.wish(id, 'cancel');
    const job = await cluster.waitFor(id, ({ state }) => state === 'cancelled');
    expect(job.progress?.step).toBeLessThan(20);
    expect(job.finishedAt).not.toBeNull();
    const next = await cluster.createJob();
    await cluster.waitFor(next, atStep(1));
    expect((await cluster.job(id)).state).toBe('cancelled');
    expect(await eventNames(cluster, id)).toContain('cancelled');
  }));

test('a paused job frees its slot and resumes where it stopped', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 5 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(3));
    await cluster.wish(id, 'pause');
    const paused = await cluster.waitFor(id, ({ state }) => state === 'paused');
    expect(paused).toMatchObject({ worker: null, lostWorkers: 0 });
    const step = (await readManifest(cluster.artifacts, paused.checkpointKey ?? '')).step;
    expect(step).toBeGreaterThanOrEqual(3);
    await cluster.quicken();
    const other = await cluster.createJob({ epochs: 1 });
    await cluster.waitFor(other, trained);

    // As the gateway resumes a job.
    const resumed = await changeJob(cluster.jobs, 'default', id, (record) =>
      moveJob(record, 'queued', { desired: 'run', epoch: record.epoch + 1, now: 0 }),
    );
    await cluster.publishTrain(id, resumed.epoch);
    const job = await cluster.waitFor(id, trained);
    const again = (await cluster.events(id)).find(({ name }) => name === 'resumed');
    expect(again?.data.step).toBe(step);
    await expectUndisturbed(cluster, job);
  }));

test('a wish to pause that is taken back at once leaves the job running or brings it back', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 4 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(2));
    await cluster.wish(id, 'pause');
    await cluster.wish(id, 'run');
    await cluster.quicken();
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
  }));

test('a job that is cancelled while it is paused leaves no training state behind', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 9 });
    const id = await cluster.createJob({ options: { checkpoint_every: 5 } });
    await cluster.waitFor(id, atStep(7));
    await cluster.wish(id, 'pause');
    await cluster.waitFor(id, ({ state }) => state === 'paused');
    const stored = async (what: string): Promise<string[]> =>
      (await Array.fromAsync(cluster.artifacts.list(`default/jobs/${id}/checkpoints`)))
        .map(({ key }) => key)
        .filter((key) => key.includes(what));
    expect(await stored('/state/')).not.toEqual([]);
    // A wish that came after the pause took effect, with no gateway to act on it.
    await cluster.wish(id, 'cancel');
    await cluster.waitFor(id, ({ state }) => state === 'cancelled');
    await expect.poll(() => stored('/state/')).toEqual([]);
    expect(await stored('/model/')).not.toEqual([]);
  }));

test('without a worker the job says why it waits, and starts when one joins', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const id = await cluster.createJob();
    await expect
      .poll(async () => (await cluster.events(id)).map(({ message }) => message))
      .toEqual(['No training worker is running. The job starts when one joins.']);
    expect((await cluster.job(id)).state).toBe('queued');
    cluster.startWorker('one');
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
  }));

test('with every slot taken the second job waits and is told so', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 3 });
    const first = await cluster.createJob();
    await cluster.waitFor(first, atStep(1));
    const second = await cluster.createJob();
    await expect
      .poll(async () => (await cluster.events(second)).map(({ message }) => message))
      .toEqual(['All training slots (1) are taken. The job starts when one is free.']);
    await cluster.quicken();
    await cluster.waitFor(second, trained);
    await expectUndisturbed(cluster, await cluster.job(first));
  }));

test('messages that come twice, late or of another epoch change nothing', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 5 }, { env: { LATHE_WORKER_SLOTS: '3' } });
    const id = await cluster.createJob();
    const { jetstream } = cluster.nats;
    const again = (epoch: number) =>
      jetstream.publish(
        'lathe.work.train',
        JSON.stringify({ version: 1, project: 'default', jobId: id, epoch, requestId: 'r' }),
      );
    await cluster.waitFor(id, atStep(3));
    for (const epoch of [0, 0, 1, 5]) await again(epoch);
    await cluster.quicken();
    const job = await cluster.waitFor(id, trained);
    await again(0);
    await expect
      .poll(
        async () =>
          (await cluster.nats.manager.streams.info('LATHE_WORK', { subjects_filter: '>' })).state
            .subjects,
      )
      .toEqual({ 'lathe.work.evaluate': 1 });
    const names = await eventNames(cluster, id);
    expect(names.filter((name) => name === 'started')).toHaveLength(1);
    expect(job).toMatchObject({ epoch: 2, lostWorkers: 0 });
    await expectUndisturbed(cluster, await cluster.job(id));
  }));
