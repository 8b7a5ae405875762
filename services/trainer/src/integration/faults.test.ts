import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeze } from '@lathe/testkit/freeze';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { type Cluster, type ClusterOptions, openCluster } from './cluster.fixture.ts';
import { atStep, eventNames, expectUndisturbed, trained } from './undisturbed.fixture.ts';

/** Checkpoints every five steps of twenty: 40 examples, two epochs, four in a batch. */
const often = { options: { checkpoint_every: 5 } };

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

test('a worker killed in mid-run is restarted and the job goes on from its checkpoint', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const worker = cluster.startWorker('one', { slowFrom: 9 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, (job) => job.checkpointKey !== null && atStep(7)(job));
    worker.kill('SIGKILL');
    await worker.exited;
    await cluster.quicken();
    cluster.startWorker('one');
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

// Those that mostly wait for a limit to pass wait together.
test.concurrent('an engine that takes no step is killed, reported, and the job goes on', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { hangAt: 12 });
    const id = await cluster.createJob(often);
    const job = await cluster.waitFor(id, trained);
    const lost = (await cluster.events(id)).find(({ name }) => name === 'worker_lost');
    expect(lost?.message).toMatch(/took no step for \d+ seconds/);
    await expectUndisturbed(cluster, job);
  }));

test.concurrent('a worker that nobody watches saves and stops; the next controller goes on from there', () =>
  withCluster(async (cluster) => {
    const controller = await cluster.startController();
    cluster.startWorker('one', { slowFrom: 4 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(2));
    await controller.stop();
    // The lease is three seconds, the whole job is much longer.
    const saved = async (): Promise<string[]> =>
      (await Array.fromAsync(cluster.artifacts.list(`default/jobs/${id}/checkpoints`))).flatMap(
        ({ key }) => (key.endsWith('manifest.json') ? [key] : []),
      );
    await expect.poll(saved).toHaveLength(1);
    await cluster.quicken();
    await cluster.startController();
    await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
  }));

test.concurrent('a frozen worker is noticed by keepalive; thawed, it changes nothing any more', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const worker = cluster.startWorker('one', { slowFrom: 9 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, (job) => job.checkpointKey !== null && atStep(7)(job));
    await freeze(worker.pid as number);
    await cluster.quicken();
    cluster.startWorker('two');
    const frozenAt = performance.now();
    const job = await cluster.waitFor(id, trained);
    expect(performance.now() - frozenAt).toBeGreaterThan(9000);
    worker.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await cluster.job(id)).toEqual(job);
    expect(job.lostWorkers).toBe(1);
    await expectUndisturbed(cluster, job);
  }));

test('a controller that is replaced follows the run that it finds', () =>
  withCluster(async (cluster) => {
    const controller = await cluster.startController();
    cluster.startWorker('one', { slowFrom: 8 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, atStep(6));
    await controller.stop();
    await cluster.startController();
    await cluster.quicken();
    const job = await cluster.waitFor(id, trained);
    expect(job).toMatchObject({ lostWorkers: 0, epoch: 2 });
    expect(await eventNames(cluster, id)).not.toContain('worker_lost');
    await expectUndisturbed(cluster, job);
  }));

test('a worker that comes beside an older one of its name gets the job under a new epoch, and a folder of its own', () =>
  withCluster(async (cluster, folder) => {
    const controller = await cluster.startController();
    const older = cluster.startWorker('one', { slowFrom: 8 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, (job) => job.checkpointKey !== null && atStep(6)(job));
    await controller.stop();
    const { address } = await cluster.worker('one');
    await freeze(older.pid as number);
    cluster.startWorker('one');
    await expect.poll(async () => (await cluster.worker('one')).address).not.toBe(address);
    await cluster.quicken();
    await cluster.startController();
    const job = await cluster.waitFor(id, trained);
    expect(job).toMatchObject({ lostWorkers: 0, epoch: 4 });
    await expectUndisturbed(cluster, job);
    expect(await readdir(join(folder, 'data', 'work', 'one'))).toContain(String(older.pid));
    older.kill('SIGCONT');
    older.kill('SIGTERM');
    await older.exited;
    expect(await cluster.job(id)).toEqual(job);
    await expectUndisturbed(cluster, job);
  }));

test('a worker that is told to stop saves first, and that counts as no loss', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const worker = cluster.startWorker('one', { slowFrom: 6 });
    const id = await cluster.createJob();
    await cluster.waitFor(id, atStep(4));
    worker.kill('SIGTERM');
    await worker.exited;
    expect(worker.exitCode).toBe(0);
    await cluster.quicken();
    cluster.startWorker('two');
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(0);
    const resumed = (await cluster.events(id)).find(({ name }) => name === 'resumed');
    expect(resumed?.data.step).toBeGreaterThanOrEqual(4);
    await expectUndisturbed(cluster, job);
  }));

test('a store that fails for a while delays checkpoints, not the job', () =>
  withCluster(async (cluster, folder) => {
    await cluster.startController();
    cluster.startWorker('one', { slowFrom: 4 });
    const id = await cluster.createJob(often);
    await cluster.waitFor(id, atStep(2));
    // A file where the folder of checkpoints belongs.
    const checkpoints = join(folder, 'data/artifacts/objects/default/jobs', id, 'checkpoints');
    await writeFile(checkpoints, '');
    await cluster.waitFor(id, atStep(7));
    expect((await cluster.job(id)).checkpointKey).toBeNull();
    await rm(checkpoints);
    await cluster.quicken();
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(0);
    const saved = (await cluster.events(id)).filter(({ name }) => name === 'checkpoint');
    expect(saved.map(({ data }) => data.step)).toEqual([5, 10, 15, 20]);
    await expectUndisturbed(cluster, job);
  }));

test('a loss that is no number fails the job with a sentence and is not tried again', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { nanAt: 6 });
    const id = await cluster.createJob();
    const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
    const { learningRate } = job.settings ?? expect.fail('no settings');
    expect(job.error).toEqual({
      code: 'training_failed',
      message: `The loss is not a finite number at step 6, with a learning rate of ${learningRate}. Its rows are on lines 1, 7 of the training file. A lower learning rate usually cures this.`,
      param: null,
    });
    expect(job.lostWorkers).toBe(0);
    // The record says it first.
    await expect.poll(() => eventNames(cluster, id)).toContain('failed');
  }));

test('a job that loses its worker too often fails and says so', () =>
  withCluster(
    async (cluster) => {
      await cluster.startController();
      const worker = cluster.startWorker('one', { slowFrom: 3 });
      const id = await cluster.createJob();
      await cluster.waitFor(id, atStep(1));
      worker.kill('SIGKILL');
      const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
      expect(job.error?.code).toBe('worker_lost');
      expect(job.error?.message).toMatch(/^Training was interrupted 1 times, most recently: /);
    },
    { LATHE_MAX_WORKER_LOSSES: '0' },
  ));
