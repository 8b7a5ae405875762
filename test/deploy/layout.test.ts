import { readFileSync } from 'node:fs';
import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@lathe/testkit/free-port';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetsOf, variablesOf } from '../../scripts/layout/dockerfile.ts';
import { type Layout, layOut, readStages } from '../../scripts/layout/lay-out.ts';
import { grpcProbe, httpProbe } from './probe.fixture.ts';
import {
  createSandbox,
  imageUser,
  makeReadOnly,
  makeWritable,
  type Sandbox,
  type Started,
  startConfined,
} from './sandbox.fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The variable that sets the port on which its image is asked whether it is ready. */
const targets = {
  gateway: { http: 'LATHE_PORT' },
  ingest: { http: 'LATHE_HEALTH_PORT' },
  trainer: { http: 'LATHE_HEALTH_PORT' },
  evaluator: { http: 'LATHE_HEALTH_PORT' },
  'worker-cpu': { http: 'LATHE_HEALTH_PORT' },
} as const;
type Target = keyof typeof targets;
const startMs = 40_000;

let nats: Awaited<ReturnType<typeof startNats>>;
let temporary: Awaited<ReturnType<typeof tempFolder>>;
let sandbox: Sandbox;

beforeAll(async () => {
  nats = await startNats();
  temporary = await tempFolder();
  sandbox = await createSandbox(temporary.path);
});

afterAll(async () => {
  await nats?.[Symbol.asyncDispose]();
  for (const target of Object.keys(targets))
    await makeWritable(join(temporary.path, target)).catch(() => undefined);
  await temporary?.[Symbol.asyncDispose]();
});

type Running = Started & {
  /** Where it is asked over HTTP. */
  readonly port: number;
  /** Where a worker serves gRPC. */
  readonly grpcPort: number;
};

async function startTarget(target: Target, layout: Layout): Promise<Running> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const env = {
    ...layout.variables,
    LATHE_HOST: '127.0.0.1',
    LATHE_NATS_URL: nats.url,
    LATHE_API_KEY: 'sk-layout-test-0123456789',
    [targets[target].http]: String(port),
    LATHE_WORKER_ADDRESS: `127.0.0.1:${grpcPort}`,
  };
  const tree = join(sandbox.folder, target);
  const started = await startConfined(sandbox, target, { ...layout, tree, env });
  return Object.assign(started, { port, grpcPort });
}

async function stateOf(target: Target, { port, grpcPort, ended }: Running): Promise<string> {
  if (ended() !== null) return 'ended';
  const statuses = [await httpProbe(port, '/healthz'), await httpProbe(port, '/readyz')];
  if (statuses.some((status) => status !== 200)) return 'starting';
  return target !== 'worker-cpu' || (await grpcProbe(grpcPort)) === 1 ? 'ready' : 'starting';
}

describe.each(Object.keys(targets) as Target[])('%s', (target) => {
  it('starts from the tree of its image, read-only and not as root, and answers its probes', async () => {
    const tree = join(sandbox.folder, target);
    const layout = await layOut(root, target, tree);
    await makeReadOnly(tree);
    await using service = await startTarget(target, layout);
    const state = () => stateOf(target, service);
    await expect
      .poll(state, { timeout: startMs, interval: 100 })
      .not.toBe('starting')
      .catch(() => undefined);
    expect(await state(), service.output()).toBe('ready');
    expect(await service.stop(), service.output()).toBe(0);
    // The process that reads Parquet starts from what Node keeps, and gets its folder from ingest.
    if (target === 'ingest')
      expect(await readdir(join(service.dataFolder, 'cache', 'compiled'))).not.toEqual([]);
  });
});

it('lets the sandbox write to nothing but its two folders', async () => {
  const tree = join(sandbox.folder, 'attempt');
  await mkdir(tree);
  const attempt = `
    const { writeFileSync } = require('node:fs');
    const can = (file) => { try { writeFileSync(file, ''); return true; } catch { return false; } };
    console.log(JSON.stringify({
      uid: process.getuid(),
      tree: can('note'),
      beside: can('../note'),
      data: can(process.env.LATHE_DATA + '/note'),
      scratch: can(process.env.TMPDIR + '/note'),
    }));`;
  await makeReadOnly(tree);
  await using program = await startConfined(sandbox, 'attempt', {
    tree,
    entrypoint: ['node', '-e', attempt],
    env: {},
  });
  await expect.poll(() => program.ended()).toBe(0);
  expect(JSON.parse(program.output())).toEqual({
    uid: sandbox.asRoot ? imageUser : process.getuid?.(),
    tree: false,
    // Without mounts of our own only the tree is read-only.
    beside: !sandbox.asRoot,
    data: true,
    scratch: true,
  });
});

describe('the Dockerfile', () => {
  const stages = readStages(root);
  const dockerfile = readFileSync(join(root, 'deploy', 'docker', 'Dockerfile'), 'utf8');

  it('has a target for each service and worker', () => {
    expect(targetsOf(stages).sort()).toEqual([...Object.keys(targets), 'worker-cuda'].sort());
  });

  it("turns ONNX Runtime's telemetry off in every image", () => {
    for (const target of targetsOf(stages))
      expect(variablesOf(stages, target)).toHaveProperty('ORT_DISABLE_TELEMETRY', '1');
  });

  it('gives npm the manifest of every workspace, and no other file of it', async () => {
    const lockfile = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    const workspaces = Object.keys(lockfile.packages).filter((path) =>
      /^(packages|services)\//.test(path),
    );
    const copied = [...dockerfile.matchAll(/^COPY (\S+)\/package\.json /gm)].map(
      ([, path]) => path,
    );
    expect(copied.sort()).toEqual(workspaces.sort());
  });

  it('pins every image by digest', () => {
    const images = [...dockerfile.matchAll(/^ARG \w+_IMAGE=(.+)$/gm)].map(([, image]) => image);
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/^[^:@]+:[^:@]+@sha256:[0-9a-f]{64}$/);
  });

  it('gives a CUDA worker what a CPU worker has', async () => {
    await using folder = await tempFolder();
    await layOut(root, 'worker-cuda', folder.path);
    const list = async (path: string) => (await readdir(path, { recursive: true })).sort();
    expect(await list(folder.path)).toEqual(await list(join(sandbox.folder, 'worker-cpu')));
  });

  it('leaves tests and the engine out where they are not needed', async () => {
    const files = await readdir(join(sandbox.folder, 'gateway'), { recursive: true });
    expect(files.filter((file) => /\.test\.ts$/.test(file) && !/node_modules/.test(file))).toEqual(
      [],
    );
    for (const target of ['gateway', 'ingest', 'trainer'])
      await expect(
        access(join(sandbox.folder, target, 'node_modules', 'onnxruntime-node')),
      ).rejects.toThrow('ENOENT');
  });
});
