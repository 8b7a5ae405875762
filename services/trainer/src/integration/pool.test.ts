/** Several workers and projects: who gets which place, and what joining, leaving and dying costs. */
import type { JobRecord } from '@lathe/contracts/job/record';
import { streams } from '@lathe/contracts/subject';
import { createLogger } from '@lathe/platform/log';
import { listEvents } from '@lathe/platform/nats/events';
import { askNeeds } from '@lathe/platform/nats/needs-questions';
import { startNats } from '@lathe/testkit/nats';
import { patienceMs } from '@lathe/testkit/patience';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { type Cluster, type ClusterOptions, openCluster } from './cluster.fixture.ts';
import { atStep, eventNames, expectUndisturbed, trained } from './undisturbed.fixture.ts';

/** Checkpoints every five steps of twenty: 40 examples, two epochs, four in a batch. */
const often = { options: { checkpoint_every: 5 } };
const running = ({ state }: JobRecord): boolean => state === 'running';

async function withCluster(
  act: (cluster: Cluster) => Promise<void>,
  environment: ClusterOptions['environment'] = {},
): Promise<void> {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({
    natsUrl: nats.url,
    folder: folder.path,
    environment,
  });
  await act(cluster);
}

async function workerOf(cluster: Cluster, id: string): Promise<string | null> {
  return (await cluster.waitFor(id, running)).worker;
}

test('two jobs run on two workers; one is killed and stays away, and both jobs end well', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    const workers = {
      one: cluster.startWorker('one', { slowFrom: 8 }),
      two: cluster.startWorker('two', { slowFrom: 8 }),
    };
    await Promise.all([cluster.worker('one'), cluster.worker('two')]);
    const ids = [await cluster.createJob(often), await cluster.createJob(often)];
    const places = await Promise.all(ids.map((id) => workerOf(cluster, id)));
    expect([...places].sort()).toEqual(['one', 'two']);
    await Promise.all(ids.map((id) => cluster.waitFor(id, atStep(6))));
    workers.one.kill('SIGKILL');
    await workers.one.exited;
    await cluster.quicken();
    const jobs = await Promise.all(ids.map((id) => cluster.waitFor(id, trained)));
    expect(jobs.map(({ lostWorkers }) => lostWorkers)).toEqual(
      places.map((place) => (place === 'one' ? 1 : 0)),
    );
    for (const job of jobs) await expectUndisturbed(cluster, job);
  }));

test('a worker that drains passes its job on to one that joined', () =>
  withCluster(
    async (cluster) => {
      await cluster.startController();
      // It waits until another one has trained, and is slow enough then to hear that it is to stop.
      const first = cluster.startWorker('one', { stepMs: 600, holdsAt: 4 });
      const id = await cluster.createJob();
      const next = await cluster.createJob();
      await cluster.waitFor(id, atStep(3));
      cluster.startWorker('two', { stepMs: 10 });
      await cluster.waitFor(next, trained);
      expect((await cluster.job(id)).worker).toBe('one');
      first.kill('SIGTERM');
      await cluster.letGo();
      const job = await cluster.waitFor(id, trained);
      await first.exited;
      expect(job).toMatchObject({ lostWorkers: 0 });
      expect(await eventNames(cluster, id)).toContain('resumed');
      await expectUndisturbed(cluster, job);
    },
    // However slow the machine, it is heard, and has the time to save.
    { LATHE_SHUTDOWN_GRACE: '2m', LATHE_WORKER_LEASE: '2m' },
  ));

test('a job that is too large for every worker says so and lets others pass', () =>
  withCluster(
    async (cluster) => {
      await cluster.startController();
      const habits = { memoryBytes: 160 * 2 ** 20 };
      cluster.startWorker('one', habits, { env: { LATHE_WORKER_MEMORY: '100MiB' } });
      const id = await cluster.createJob();
      await expect
        .poll(async () => (await cluster.events(id)).map(({ message }) => message))
        .toContain(
          'The job needs about 160 MiB of memory, the largest worker offers 100 MiB. It starts when a larger worker joins.',
        );
      const other = await cluster.createJob({ options: { device: 'cuda' } });
      await expect
        .poll(async () => (await cluster.events(other)).map(({ message }) => message).join())
        .toContain('has a cuda device');
      cluster.startWorker('two', habits, { env: { LATHE_WORKER_MEMORY: '200MiB' } });
      expect(await cluster.waitFor(id, trained)).toMatchObject({ lostWorkers: 0, ...habits });
    },
    { LATHE_WORKER_SLOTS: '2' },
  ));

test('a job waits for a worker that can tell what it needs, says so, and obeys meanwhile', () =>
  withCluster(async (cluster) => {
    await cluster.startController();
    cluster.startWorker('one', { memoryBytes: null });
    const ids = [await cluster.createJob(), await cluster.createJob()] as const;
    for (const id of ids)
      await expect
        .poll(async () => (await cluster.events(id)).map(({ message }) => message))
        .toContain(
          'How much memory the job needs is not known yet: a training worker with the base model "tiny" is asked. The job starts when it has told.',
        );
    await cluster.wish(ids[0], 'cancel');
    await cluster.waitFor(ids[0], ({ state }) => state === 'cancelled');
    cluster.startWorker('two', { memoryBytes: 5e8 });
    const told = await cluster.waitFor(ids[1], trained);
    expect(told).toMatchObject({ memoryBytes: 5e8 });
    const { id, memoryBytes: _, ...like } = told;
    const asked = { ...like, id: `${id}-like`, stage: 'ingest' } as const;
    const options = { waitMs: patienceMs, log: createLogger(cluster.config, 'test') };
    expect(await askNeeds(cluster.nats.connection, asked, options)).toMatchObject({
      ...{ memoryBytes: 5e8, files: { state: 300, states: 600 } },
    });
    const unknown = { ...asked, model: 'nobody' };
    expect(await askNeeds(cluster.nats.connection, unknown, options)).toEqual({
      ...{ memoryBytes: null, files: null },
    });
  }));

test('a project that floods the queue keeps the others from no turn', () =>
  withCluster(async (cluster) => {
    // What each needs is known, so that none is passed while a worker is asked.
    const short = { epochs: 1, options: { memory_limit: 2 ** 20 } };
    const flood: string[] = [];
    for (let index = 0; index < 8; index++)
      flood.push(await cluster.createJob({ project: 'flood', ...short }));
    const others = [
      await cluster.createJob({ project: 'second', ...short }),
      await cluster.createJob({ project: 'third', ...short }),
    ];
    await cluster.startController();
    await expect.poll(() => held(cluster)).toBe(10);
    cluster.startWorker('one', { stepMs: 5 });
    await Promise.all(others.map((id) => cluster.waitFor(id, trained)));
    await Promise.all(flood.map((id) => cluster.waitFor(id, trained)));
    const turns = await Promise.all(flood.map((id) => startOf(cluster, 'flood', id)));
    expect(turns).toEqual(turns.toSorted((a, b) => a - b));
    // One slot: the flood got its turns in between, and most of it came after the others.
    const last = Math.max(
      await startOf(cluster, 'second', others[0] as string),
      await startOf(cluster, 'third', others[1] as string),
    );
    expect(turns.filter((turn) => turn < last).length).toBeLessThan(6);
  }));

test('two controllers drive one pool, and no job is lost or run twice', () =>
  withCluster(async (cluster) => {
    await Promise.all([cluster.startController(), cluster.startController()]);
    for (const id of ['one', 'two']) cluster.startWorker(id, { stepMs: 5 });
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        cluster.createJob({ project: `p${index % 3}`, epochs: 1 }),
      ),
    );
    for (const id of ids) {
      const job = await cluster.waitFor(id, trained);
      expect(job.lostWorkers).toBe(0);
      await expectUndisturbed(cluster, job, 10);
    }
  }));

test('a waiting job outlives any number of controllers, stopped or killed', () =>
  withCluster(
    async (cluster) => {
      const id = await cluster.createJob({ epochs: 1 });
      for (let times = 0; times < 4; times++) {
        const controller = await cluster.startController();
        await expect.poll(() => held(cluster)).toBe(1);
        await controller.stop();
      }
      for (let times = 0; times < 3; times++) {
        const before = await deliveries(cluster);
        const controller = cluster.startControllerProcess();
        await expect.poll(() => deliveries(cluster)).toBeGreaterThan(before);
        controller.kill('SIGKILL');
        await controller.exited;
      }
      await cluster.startController();
      cluster.startWorker('one', { stepMs: 5 });
      const job = await cluster.waitFor(id, trained);
      expect(job).toMatchObject({ epoch: 2, lostWorkers: 0 });
      expect(await eventNames(cluster, id)).not.toContain('failed');
    },
    { LATHE_MAX_DELIVERIES: '2', LATHE_ACK_WAIT: '600ms' },
  ));

/** The place of a job's start in the order of all events. */
async function startOf({ nats }: Cluster, project: string, id: string): Promise<number> {
  const events = await listEvents(nats, project, id, { limit: 100, newestFirst: false });
  const start = events.find(({ event }) => event.name === 'started');
  return start?.sequence ?? expect.fail(`${id} has not started`);
}

/** Training messages that controllers hold. */
async function held({ nats }: Cluster): Promise<number> {
  return (await nats.manager.consumers.info(streams.work.name, 'lathe-train')).num_ack_pending;
}

/** Deliveries of training messages so far. */
async function deliveries({ nats }: Cluster): Promise<number> {
  const { delivered } = await nats.manager.consumers.info(streams.work.name, 'lathe-train');
  return delivered.consumer_seq;
}
