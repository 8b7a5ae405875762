import type { JobRecord } from '@lathe/contracts/job/record';
import { moveJob } from '@lathe/contracts/job/record';
import { changeJob } from '@lathe/platform/jobs';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { readManifest } from './controller/checkpoints.ts';
import { type Cluster, type ClusterOptions, openCluster } from './testing/cluster.ts';
import { weightAfter } from './testing/slow-engine-math.ts';

/** Checkpoints every five steps of twenty: 40 examples, two epochs, four in a batch. */
const often = { options: { checkpoint_every: 5 } };
const trained = (job: JobRecord): boolean => job.stage === 'evaluate';
const atStep = (step: number) => (job: JobRecord) => (job.progress?.step ?? 0) >= step;

async function withCluster(
  act: (cluster: Cluster, folder: string) => Promise<void>,
  environment: ClusterOptions['environment'] = {},
): Promise<void> {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({
    natsUrl: nats.url,
    folder: folder.path,
    environment,
  });
  await act(cluster, folder.path);
}

/** The model is that of an undisturbed run, and every step was reported once. */
async function expectUndisturbed(cluster: Cluster, job: JobRecord, steps = 20): Promise<void> {
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  const key = manifest.model['adapter_config.json']?.key ?? '';
  const text = Buffer.concat(await Array.fromAsync(cluster.artifacts.get(key))).toString('utf8');
  expect(JSON.parse(text).weight).toBe(weightAfter(steps));
  const events = await cluster.events(job.id);
  const reported = events.filter(({ name }) => name === 'metrics').map(({ data }) => data.step);
  expect(reported).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
  expect(job.trainedTokens).toBe(steps * 16);
}

async function eventNames(cluster: Cluster, id: string): Promise<string[]> {
  return (await cluster.events(id)).map(({ name }) => name);
}

test('a worker killed in mid-run is restarted and the job goes on from its checkpoint', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const worker = cluster.startWorker('one', { stepMs: 100 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, (job) => job.checkpointKey !== null && atStep(7)(job));
    worker.kill('SIGKILL');
    await worker.exited;
    cluster.startWorker('one', { stepMs: 20 });
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(1);
    expect(await eventNames(cluster, id)).toEqual(
      expect.arrayContaining(['worker_lost', 'resumed']),
    );
    await expectUndisturbed(cluster, job);
  }));

test('an engine process that dies costs a loss and nothing else', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { dieAt: 8 });
    const id = await cluster.createJob(often);
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(1);
    const lost = (await cluster.events(id)).find(({ name }) => name === 'worker_lost');
    expect(lost?.message).toContain('SIGKILL');
    await expectUndisturbed(cluster, job);
  }));

test('an engine that takes no step is killed, reported, and the job goes on', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { hangAt: 12 });
    const id = await cluster.createJob(often);
    const job = await cluster.waitFor(id, trained);
    const lost = (await cluster.events(id)).find(({ name }) => name === 'worker_lost');
    expect(lost?.message).toMatch(/took no step for \d+ seconds/);
    await expectUndisturbed(cluster, job);
  }));

test('a running job is cancelled within two seconds and its slot is free for the next', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { stepMs: 100 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(2));
    const asked = performance.now();
    await cluster.wish(id, 'cancel');
    const job = await cluster.waitFor(id, ({ state }) => state === 'cancelled');
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(job.finishedAt).not.toBeNull();
    const next = await cluster.createJob();
    await cluster.waitFor(next, atStep(1));
    expect((await cluster.job(id)).state).toBe('cancelled');
    expect(await eventNames(cluster, id)).toContain('cancelled');
  }));

test('a paused job frees its slot and resumes where it stopped', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { stepMs: 60 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(3));
    await cluster.wish(id, 'pause');
    const paused = await cluster.waitFor(id, ({ state }) => state === 'paused');
    expect(paused).toMatchObject({ worker: null, lostWorkers: 0 });
    const step = (await readManifest(cluster.artifacts, paused.checkpointKey ?? '')).step;
    expect(step).toBeGreaterThanOrEqual(3);
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
    cluster.startWorker('one', { stepMs: 60 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(2));
    await cluster.wish(id, 'pause');
    await cluster.wish(id, 'run');
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
  }));

test('without a worker the job says why it waits, and starts when one joins', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const id = await cluster.createJob();
    await expect
      .poll(async () => (await cluster.events(id)).map(({ message }) => message), { timeout: 5000 })
      .toEqual(['No training worker is running. The job starts when one joins.']);
    expect((await cluster.job(id)).state).toBe('queued');
    cluster.startWorker('one');
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
  }));

test('with every slot taken the second job waits and is told so', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { stepMs: 80 });
    const first = await cluster.createJob();
    await cluster.waitFor(first, atStep(1));
    const second = await cluster.createJob();
    await expect
      .poll(async () => (await cluster.events(second)).map(({ message }) => message), {
        timeout: 5000,
      })
      .toEqual(['All training slots (1) are taken. The job starts when one is free.']);
    await cluster.waitFor(second, trained);
    await expectUndisturbed(cluster, await cluster.job(first));
  }));

test('messages that come twice, late or of another epoch change nothing', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { stepMs: 60 }, { env: { LATHE_WORKER_SLOTS: '3' } });
    const id = await cluster.createJob();
    const { jetstream } = cluster.nats;
    const again = (epoch: number) =>
      jetstream.publish(
        'lathe.work.train',
        JSON.stringify({ version: 1, project: 'default', jobId: id, epoch, requestId: 'r' }),
      );
    await cluster.waitFor(id, atStep(3));
    for (const epoch of [0, 0, 1, 5]) await again(epoch);
    const job = await cluster.waitFor(id, trained);
    await again(0);
    await expect
      .poll(
        async () =>
          (await cluster.nats.manager.streams.info('LATHE_WORK', { subjects_filter: '>' })).state
            .subjects,
        { timeout: 5000 },
      )
      .toEqual({ 'lathe.work.evaluate': 1 });
    const names = await eventNames(cluster, id);
    expect(names.filter((name) => name === 'started')).toHaveLength(1);
    expect(job).toMatchObject({ epoch: 2, lostWorkers: 0 });
    await expectUndisturbed(cluster, await cluster.job(id));
  }));

test('a controller that is replaced follows the run that it finds', () =>
  withCluster(async (cluster) => {
    const controller = await cluster.startController();
    cluster.startWorker('one', { stepMs: 100 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, atStep(6));
    await controller.stop();
    await cluster.startController();
    const job = await cluster.waitFor(id, trained);
    expect(job).toMatchObject({ lostWorkers: 0, epoch: 2 });
    expect(await eventNames(cluster, id)).not.toContain('worker_lost');
    await expectUndisturbed(cluster, job);
  }));

test('a worker that nobody watches saves and stops; the next controller goes on from there', () =>
  withCluster(async (cluster) => {
    const controller = await cluster.startController();
    cluster.startWorker('one', { stepMs: 400 });
    const id = await cluster.createJob({ epochs: 1 });
    await cluster.waitFor(id, atStep(2));
    await controller.stop();
    // The lease is three seconds; nobody watches for longer.
    await new Promise((resolve) => setTimeout(resolve, 4500));
    const saved = await Array.fromAsync(cluster.artifacts.list(`default/jobs/${id}/checkpoints`));
    expect(saved.some(({ key }) => key.endsWith('manifest.json'))).toBe(true);
    await cluster.startController();
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained), 10);
  }));

test('a worker that is told to stop saves first, and that counts as no loss', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const worker = cluster.startWorker('one', { stepMs: 100 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(4));
    worker.kill('SIGTERM');
    await worker.exited;
    expect(worker.exitCode).toBe(0);
    cluster.startWorker('two');
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(0);
    const resumed = (await cluster.events(id)).find(({ name }) => name === 'resumed');
    expect(resumed?.data.step).toBeGreaterThanOrEqual(4);
    await expectUndisturbed(cluster, job);
  }));

test('a loss that is no number fails the job with a sentence and is not tried again', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { nanAt: 6 });
    const id = await cluster.createJob();
    const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
    expect(job.error).toEqual({
      code: 'training_failed',
      message: 'The loss became NaN at step 6. A lower learning rate usually cures this.',
      param: null,
    });
    expect(job.lostWorkers).toBe(0);
    expect(await eventNames(cluster, id)).toContain('failed');
  }));

test('a job that loses its worker too often fails and says so', () =>
  withCluster(
    async (cluster) => {
      await cluster.startController();
      const worker = cluster.startWorker('one', { stepMs: 100 });
      const id = await cluster.createJob();
      await cluster.waitFor(id, atStep(1));
      worker.kill('SIGKILL');
      const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
      expect(job.error?.code).toBe('worker_lost');
      expect(job.error?.message).toMatch(/^Training was interrupted 1 times, most recently: /);
    },
    { LATHE_MAX_WORKER_LOSSES: '0' },
  ));

test(
  'a frozen worker is noticed by keepalive; thawed, it changes nothing any more',
  () =>
    withCluster(async (cluster) => {
      await cluster.startController();
      const worker = cluster.startWorker('one', { stepMs: 100 });
      const id = await cluster.createJob(often);
      await cluster.waitFor(id, (job) => job.checkpointKey !== null && atStep(7)(job));
      worker.kill('SIGSTOP');
      cluster.startWorker('two');
      const frozenAt = performance.now();
      const job = await cluster.waitFor(id, trained, 40_000);
      expect(performance.now() - frozenAt).toBeGreaterThan(9000);
      worker.kill('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await cluster.job(id)).toEqual(job);
      expect(job.lostWorkers).toBe(1);
      await expectUndisturbed(cluster, job);
    }),
  60_000,
);
