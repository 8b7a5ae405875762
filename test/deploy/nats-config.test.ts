import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { connectNats } from '@lathe/platform/nats/connection';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { publishWork } from '@lathe/platform/nats/work';
import { freePort } from '@lathe/testkit/free-port';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { containersOf, ofKind, workloadsOf } from '../../tools/k8s/manifest.ts';
import { findTool, parseManifests, render } from '../../tools/k8s/render.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = findTool(root, 'nats-server');

function manifestsOf(overlay: string) {
  return parseManifests(render(findTool(root, 'kustomize'), join(root, 'deploy', 'k8s'), overlay));
}

/** Writes the files of the ConfigMap that nats-server gets, with some text replaced. */
async function writeConfig(
  folder: string,
  overlay: string,
  replace: readonly (readonly [string, string])[] = [],
): Promise<string> {
  const [map] = ofKind(manifestsOf(overlay), 'ConfigMap').filter(({ metadata }) =>
    metadata.name.startsWith('nats-config'),
  );
  for (const [name, text] of Object.entries(map?.data ?? {})) {
    let changed = text;
    for (const [from, to] of replace) changed = changed.replace(from, to);
    await writeFile(join(folder, name), changed);
  }
  return join(folder, 'nats.conf');
}

const env = { POD_NAME: 'nats-0', NATS_USER: 'lathe', NATS_PASSWORD: 'p0123456789abcdef' };

it.each(['overlays/dev', 'overlays/production'])('is taken by nats-server, %s', async (overlay) => {
  await using folder = await tempFolder();
  const file = await writeConfig(folder.path, overlay);
  const { status, stderr } = spawnSync(server, ['-t', '-c', file], { env, encoding: 'utf8' });
  expect(stderr).toMatch(/is valid/);
  expect(status).toBe(0);
});

async function startServer(folder: string, file: string): Promise<AsyncDisposable> {
  await mkdir(join(folder, 'data'));
  const child: ChildProcess = spawn(server, ['-c', file], { env, stdio: 'ignore' });
  const closed = new Promise((resolve) => child.once('close', resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

type Lag = { name: string; num_pending: number; num_ack_pending: number };
type Accounts = {
  account_details: { name: string; stream_detail: { name: string; consumer_detail: Lag[] }[] }[];
};

it('answers its probes, lets our services in, and tells KEDA the lag of the training queue', async () => {
  await using folder = await tempFolder();
  const [port, monitor] = [await freePort(), await freePort()];
  const file = await writeConfig(folder.path, 'combinations/keda-cpu', [
    ['port: 4222', `listen: 127.0.0.1:${port}`],
    ['http_port: 8222', `http: 127.0.0.1:${monitor}`],
    ['store_dir: /data', `store_dir: "${join(folder.path, 'data')}"`],
  ]);
  await using _server = await startServer(folder.path, file);
  const manifests = manifestsOf('combinations/keda-cpu');
  const [container] = workloadsOf(manifests)
    .filter(({ component }) => component === 'nats')
    .flatMap(containersOf)
    .map((each) => each.container as unknown as Record<string, { httpGet: { path: string } }>);
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    const path = container?.[probe]?.httpGet.path;
    await expect
      .poll(() =>
        fetch(`http://127.0.0.1:${monitor}${path}`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  }
  const config = readConfig({ LATHE_LOG_LEVEL: 'silent' });
  const nats = await connectNats({
    url: `nats://${env.NATS_USER}:${env.NATS_PASSWORD}@127.0.0.1:${port}`,
    name: 'test',
    log: createLogger(config, 'test'),
  });
  try {
    await ensureStreams(nats, config);
    await publishWork(nats, 'train', {
      version: 1,
      project: 'default',
      jobId: 'ftjob-0123456789abcdefghijklmn',
      epoch: 1,
      requestId: 'req-test',
    });
  } finally {
    await nats.close();
  }
  type Triggers = { triggers: { metadata: Record<string, string> }[] };
  const [trigger] = ofKind<Triggers>(manifests, 'ScaledJob').map(({ spec }) => spec?.triggers[0]);
  const { account = '', stream, consumer } = trigger?.metadata ?? {};
  const lag = async () => {
    const url = `http://127.0.0.1:${monitor}/jsz?acc=${account}&consumers=true&config=true`;
    const { account_details } = (await (await fetch(url)).json()) as Accounts;
    const found = account_details
      .find(({ name }) => name === account)
      ?.stream_detail.find(({ name }) => name === stream)
      ?.consumer_detail.find(({ name }) => name === consumer);
    return found === undefined ? null : found.num_pending + found.num_ack_pending;
  };
  await expect.poll(lag).toBe(1);
});
