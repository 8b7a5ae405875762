import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { credentials, Metadata } from '@grpc/grpc-js';
import { changeJob } from '@lathe/platform/jobs';
import { startNats } from '@lathe/testkit/nats';
import { startProgram } from '@lathe/testkit/program';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { WorkerServiceClient } from '../generated/lathe/worker/v1/worker.ts';
import { openCluster } from './cluster.fixture.ts';

test('work that ran out of deliveries fails its job readably, whatever the stage', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({
    natsUrl: nats.url,
    folder: folder.path,
    environment: { LATHE_MAX_DELIVERIES: '1', LATHE_ACK_WAIT: '300ms' },
  });
  const id = await cluster.createJob();
  await changeJob(cluster.jobs, 'default', id, (record) => ({ ...record, stage: 'evaluate' }));
  const { consumers } = cluster.nats.jetstream;
  await cluster.nats.jetstream.publish(
    'lathe.work.evaluate',
    JSON.stringify({ version: 1, project: 'default', jobId: id, epoch: 0, requestId: 'r' }),
  );
  // An evaluator takes the message and dies.
  await (await consumers.get('LATHE_WORK', 'lathe-evaluate')).next({ expires: 2000 });
  const waiting = (await consumers.get('LATHE_WORK', 'lathe-evaluate')).next({ expires: 2000 });
  await cluster.startController();
  const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
  expect(job.error).toEqual({
    code: 'internal_error',
    message: 'Evaluation was tried 1 times and never came to its end.',
    param: null,
  });
  await waiting;
});

test('a nats-server that is killed and comes back leaves the job running to its end', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  await cluster.startController();
  cluster.startWorker('one', { slowFrom: 5 });
  const id = await cluster.createJob();
  await cluster.waitFor(id, (job) => (job.progress?.step ?? 0) >= 3);
  await nats.kill();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await nats.restart();
  await cluster.quicken();
  const job = await cluster.waitFor(id, ({ stage }) => stage === 'evaluate');
  const steps = (await cluster.events(id))
    .filter(({ name }) => name === 'metrics')
    .map(({ data }) => data.step);
  expect(steps).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(job.lostWorkers).toBe(0);
});

test('a worker describes itself, refuses what it cannot read, and reports its health', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  const worker = cluster.startWorker('one');
  const { address } = await cluster.worker('one');
  const client = new WorkerServiceClient(address, credentials.createInsecure());
  const call = <Response>(
    act: (reply: (error: Error | null, response: Response) => void) => unknown,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      act((error, response) => (error === null ? resolve(response) : reject(error)));
    });
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + 5000 });
  expect(
    await call((reply) => client.describe({}, new Metadata(), deadline(), reply)),
  ).toMatchObject({
    workerId: 'one',
    slots: 1,
    freeSlots: 1,
    models: ['tiny'],
    versions: { node: process.versions.node },
    devices: [{ kind: 'cpu' }],
    runs: [],
  });
  const start = {
    requestId: 'r',
    project: 'default',
    jobId: 'ftjob-00000000000000000000',
    epoch: 1,
    datasetKey: 'default/jobs/x/dataset/y/manifest.json',
    baseModel: 'tiny',
    start: undefined,
    recipe: '',
    checkpointKey: '',
    memoryBytes: 0,
  };
  await expect(
    call((reply) => client.startJob(start, new Metadata(), deadline(), reply)),
  ).rejects.toMatchObject({ code: 3, details: 'the recipe is missing' });
  const name = { requestId: 'r', jobId: start.jobId, epoch: 1 };
  await expect(
    call((reply) => client.pauseJob(name, new Metadata(), deadline(), reply)),
  ).rejects.toMatchObject({ code: 5 });
  const health = () =>
    call<Buffer>((reply) =>
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        () => Buffer.alloc(0),
        (bytes) => bytes,
        {},
        (error, bytes) => reply(error, bytes ?? Buffer.alloc(0)),
      ),
    );
  // HealthCheckResponse { status: SERVING }
  expect([...(await health())]).toEqual([8, 1]);
  client.close();
  worker.kill('SIGTERM');
  await worker.exited;
  expect(worker.exitCode).toBe(0);
});

test('a worker that was forked ends with its parent', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  const worker = cluster.startWorker(
    'one',
    {},
    { main: fileURLToPath(new URL('../worker/main.ts', import.meta.url)) },
  );
  await cluster.worker('one');
  worker.disconnect();
  await worker.exited;
  expect(worker.exitCode).toBe(0);
});

test('a worker started on demand trains what there is and ends itself', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  const environment = {
    LATHE_MODELS: fileURLToPath(
      new URL('../../../../packages/engine/src/parity/fixtures/models', import.meta.url),
    ),
    LATHE_WORKER_IDLE_EXIT: '1s',
  };
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path, environment });
  await cluster.startController();
  const id = await cluster.createJob({ model: 'tied', epochs: 1 });
  const main = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
  const worker = cluster.startWorker('one', {}, { main });
  await worker.exited;
  expect(worker.exitCode).toBe(0);
  expect((await cluster.job(id)).stage).toBe('evaluate');
});

test('the controller starts as a process of its own and stops in order', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const controller = fork(main, [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: {
      ...process.env,
      LATHE_NATS_URL: nats.url,
      LATHE_DATA: folder.path,
      LATHE_LOG_LEVEL: 'info',
    },
  });
  const ready = Promise.withResolvers<void>();
  controller.stderr?.on('data', (text: Buffer) => {
    if (text.includes('the controller is ready')) ready.resolve();
  });
  const exited = new Promise((resolve) => controller.once('exit', resolve));
  await Promise.race([ready.promise, exited]);
  controller.kill('SIGTERM');
  expect(await exited).toBe(0);
});

test.each(['../main.ts', '../worker/main.ts'])(
  '%s says in one sentence what is missing',
  async (main) => {
    await using folder = await tempFolder();
    const program = startProgram(fileURLToPath(new URL(main, import.meta.url)), {
      LATHE_DATA: folder.path,
    });
    await program.said('Set LATHE_NATS_URL');
    expect(await program.ended).toBe(1);
  },
);
