/** Workers as if they ran elsewhere: a shared secret, certificates, announced addresses. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { openAllRecords } from '@lathe/platform/records';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, test } from 'vitest';
import { WorkerServiceClient } from '../generated/lathe/worker/v1/worker.ts';
import { type Authority, createAuthority } from './certificates.fixture.ts';
import { type Cluster, openCluster } from './cluster.fixture.ts';
import { trained } from './undisturbed.fixture.ts';

const secret = 'a-secret-of-the-pool';

async function withCluster(
  environment: Record<string, string>,
  act: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path, environment });
  await act(cluster);
}

async function filesOf(authority: Authority, holder: string, names: readonly string[]) {
  const { cert, key } = await authority.sign(holder, names);
  return {
    LATHE_WORKER_TLS_CA: authority.ca,
    LATHE_WORKER_TLS_CERT: cert,
    LATHE_WORKER_TLS_KEY: key,
  };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a call without a certificate comes to; `authorization` is sent when given. */
function describe(address: string, authorization?: string): Promise<unknown> {
  const client = new WorkerServiceClient(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return new Promise((resolve) => {
    const deadline = Date.now() + 3000;
    client.describe({}, metadata, { deadline }, (error: ServiceError | null, reply) => {
      client.close();
      resolve(error === null ? reply.workerId : error.details);
    });
  });
}

test('with a secret only those who know it are served and believed', () =>
  withCluster({ LATHE_WORKER_SECRET: secret }, async (cluster) => {
    await cluster.startController();
    // A stranger who may write to NATS offers itself, with more room than anybody.
    const { workers } = await openAllRecords(cluster.nats);
    const announcedAt = Date.now();
    const stranger = { slots: 99, announcedAt, expiresAt: announcedAt + 60_000 };
    await workers.put('stranger', workerRecord('stranger', stranger));
    cluster.startWorker('one');
    const { address } = await cluster.worker('one');
    expect(await describe(address, `Bearer ${secret}`)).toBe('one');
    const refusal = 'the call does not carry the secret of the workers';
    for (const wrong of [undefined, secret, `Bearer ${secret}!`, 'Bearer '])
      expect(await describe(address, wrong)).toBe(refusal);
    const job = await cluster.waitFor(await cluster.createJob({ epochs: 1 }), trained);
    expect(job).toMatchObject({ worker: null, epoch: 2, lostWorkers: 0 });
  }));

test('with certificates both ends show theirs, and a worker may be announced by another name', async () => {
  await using folder = await tempFolder();
  const authority = await createAuthority(folder.path, 'ours');
  const controller = await filesOf(authority, 'controller', ['DNS:lathe-controller']);
  await withCluster({ ...controller, LATHE_WORKER_SECRET: secret }, async (cluster) => {
    await cluster.startController();
    const byName = await filesOf(authority, 'by-name', ['DNS:localhost']);
    const byAddress = await filesOf(authority, 'by-address', ['IP:127.0.0.1']);
    const byRole = await filesOf(authority, 'by-role', ['DNS:lathe-worker']);
    const announce = { LATHE_WORKER_ADDRESS: '127.0.0.1:0' };
    for (const [id, env] of Object.entries({ address: byAddress, role: byRole })) {
      const worker = cluster.startWorker(id, {}, { env: { ...env, ...announce } });
      const { address } = await cluster.worker(id);
      expect(await describe(address, `Bearer ${secret}`)).not.toBe(id);
      const job = await cluster.waitFor(await cluster.createJob({ epochs: 1 }), trained);
      expect(job).toMatchObject({ epoch: 2, lostWorkers: 0 });
      worker.kill('SIGTERM');
      await worker.exited;
    }
    // The port must be known beforehand to be announced.
    const port = await freePort();
    cluster.startWorker(
      'name',
      {},
      {
        env: {
          ...byName,
          LATHE_WORKER_ADDRESS: `127.0.0.1:${port}`,
          LATHE_WORKER_ANNOUNCE: `localhost:${port}`,
        },
      },
    );
    expect((await cluster.worker('name')).address).toBe(`localhost:${port}`);
    const job = await cluster.waitFor(await cluster.createJob({ epochs: 1 }), trained);
    expect(job).toMatchObject({ epoch: 2, lostWorkers: 0 });
  });
});

test('a worker of another authority, or of another host, gets no job', async () => {
  await using folder = await tempFolder();
  const ours = await createAuthority(folder.path, 'ours');
  const theirs = await createAuthority(folder.path, 'theirs');
  const controller = await filesOf(ours, 'controller', ['DNS:lathe-controller']);
  await withCluster(controller, async (cluster) => {
    await cluster.startController();
    const elsewhere = await filesOf(ours, 'elsewhere', ['DNS:elsewhere']);
    const stranger = await filesOf(theirs, 'stranger', ['IP:127.0.0.1']);
    const ok = await filesOf(ours, 'ok', ['IP:127.0.0.1']);
    cluster.startWorker('a-elsewhere', {}, { env: elsewhere });
    cluster.startWorker('b-stranger', {}, { env: stranger });
    await Promise.all([cluster.worker('a-elsewhere'), cluster.worker('b-stranger')]);
    const id = await cluster.createJob({ epochs: 1 });
    // Both are asked, in vain, and the job waits on.
    await expect
      .poll(async () => (await cluster.events(id)).map(({ message }) => message))
      .toContainEqual(expect.stringMatching(/a training worker with the base model .* is asked/));
    expect(await cluster.job(id)).toMatchObject({ state: 'queued', worker: null });
    cluster.startWorker('c-ok', {}, { env: ok });
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(0);
    const started = (await cluster.events(id)).find(({ name }) => name === 'started');
    expect(started?.data.worker).toBe('c-ok');
  });
});

test.each([
  [{ LATHE_WORKER_ADDRESS: '0.0.0.0:0' }, 'which others can reach'],
  [{ LATHE_WORKER_ANNOUNCE: 'here' }, 'LATHE_WORKER_ANNOUNCE is "here", but must be host:port.'],
  [{ LATHE_WORKER_DEVICE: 'cuda' }, 'The CUDA provider of ONNX Runtime is not installed'],
])('a worker does not start with %o', (environment, sentence) =>
  withCluster(environment, async (cluster) => {
    const { startWorker } = await import('../worker/start.ts');
    await expect(startWorker(cluster.config)).rejects.toThrow(sentence);
  }),
);
