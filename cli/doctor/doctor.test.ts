import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { profileFile, saveProfile } from '../profile/profiles.ts';
import { runCommandLine } from '../run.ts';
import type { Checked } from './finding.ts';
import { deviceFindings } from './lathe-checks.ts';
import { roomFinding } from './machine-checks.ts';

type Answers = Readonly<Record<string, readonly [number, object]>>;

const worker = {
  ...{ id: 'worker-1', object: 'lathe.worker', memory_bytes: 8e9, slots: 1, free_slots: 1 },
  ...{ draining: false, versions: {}, models: [], last_seen: 1, jobs: [], other_jobs: 0 },
  devices: [{ kind: 'cpu', name: 'a processor', memory_bytes: 8e9 }],
};
const healthy: Answers = {
  '/readyz': [200, { status: 'ready', problems: {} }],
  '/v1/models': [200, { object: 'list', data: [] }],
  '/v1/lathe/workers': [200, { object: 'list', data: [worker] }],
};

/** What stands in for a gateway: an HTTP server with these answers. */
let answers: Answers = healthy;
const server = createServer(({ url = '' }, response) => {
  const [status, body] = answers[url] ?? [404, {}];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
let folder: Awaited<ReturnType<typeof tempFolder>>;
let address: string;

beforeAll(async () => {
  folder = await tempFolder();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await folder[Symbol.asyncDispose]();
});

/** Runs `lathe doctor --json` on a set-up that is in order but for what is planted. */
async function examine(planted: Readonly<Record<string, string>> = {}) {
  const env = {
    LATHE_DATA: path.join(folder.path, 'data'),
    LATHE_PORT: '0',
    XDG_CONFIG_HOME: path.join(folder.path, 'config'),
    ...{ LATHE_URL: address, LATHE_API_KEY: 'sk-0123456789abcdef', ...planted },
  };
  let written = '';
  const sink = { write: (text: string) => (written += text) };
  const host = { ...process, env, stdout: sink, stderr: { write: () => true } };
  const status = await runCommandLine(
    ['doctor', '--json'],
    commands,
    host as unknown as NodeJS.Process,
  );
  const checked = written.split('\n').filter((line) => line !== '');
  return { status, checked: checked.map((line) => JSON.parse(line) as Checked) };
}

it('finds nothing where all is well', async () => {
  const { status, checked } = await examine();
  expect(
    checked.flatMap(({ findings }) => findings.filter(({ level }) => level === 'fault')),
  ).toEqual([]);
  expect(checked.map(({ name }) => name)).toEqual([
    'settings',
    'data folder',
    'disk',
    'port',
    'NATS',
    'store',
    'models',
    'profile',
    'Lathe',
    'key',
    'devices',
  ]);
  expect(status).toBe(0);
});

type Planted = {
  readonly env?: () => Promise<Record<string, string>> | Record<string, string>;
  readonly answers?: Answers;
};

const faults: [name: string, names: RegExp, planted: Planted][] = [
  ['settings', /LATHE_WORKERS/, { env: () => ({ LATHE_WORKERS: 'two' }) }],
  ['settings', /entry 1/, { env: () => ({ LATHE_API_KEYS: 'no-project' }) }],
  [
    'data folder',
    /cannot be written|Nothing can be written/,
    {
      env: async () => {
        const file = path.join(folder.path, 'a-file');
        await writeFile(file, '');
        return { LATHE_DATA: file };
      },
    },
  ],
  ['port', /another program listens there/, { env: () => ({ LATHE_PORT: new URL(address).port }) }],
  [
    'NATS',
    /127\.0\.0\.1:1, cannot be reached/,
    { env: () => ({ LATHE_NATS_URL: 'nats://secret@127.0.0.1:1' }) },
  ],
  ['store', /artifact store/, { env: () => ({ LATHE_ARTIFACTS: 'file:/dev/null/artifacts' }) }],
  [
    'models',
    /does not exist/,
    { env: () => ({ LATHE_MODELS: path.join(folder.path, 'nowhere') }) },
  ],
  [
    'models',
    /no base model is in/,
    {
      env: async () => {
        const empty = path.join(folder.path, 'empty');
        await mkdir(empty);
        return { LATHE_MODELS: empty };
      },
    },
  ],
  [
    'profile',
    /may be read by others/,
    {
      env: async () => {
        const XDG_CONFIG_HOME = path.join(folder.path, 'open');
        const file = profileFile({ XDG_CONFIG_HOME });
        await saveProfile(file, 'own', { url: address, key: 'sk-own' });
        await chmod(file, 0o644);
        return { XDG_CONFIG_HOME };
      },
    },
  ],
  [
    'Lathe',
    /nobody answers at http:\/\/127\.0\.0\.1:1/,
    { env: () => ({ LATHE_URL: 'http://127.0.0.1:1' }) },
  ],
  ['Lathe', /is no Lathe/, { answers: { '/readyz': [200, { hello: 'world' }] } }],
  [
    'Lathe',
    /ingest: ingest is being started/,
    {
      answers: {
        ...healthy,
        '/readyz': [503, { status: 'not ready', problems: { ingest: 'ingest is being started' } }],
      },
    },
  ],
  [
    'key',
    /Incorrect API key/,
    {
      answers: {
        ...healthy,
        '/v1/models': [401, { error: { message: 'Incorrect API key provided.' } }],
      },
    },
  ],
  [
    'devices',
    /no worker is there/,
    { answers: { ...healthy, '/v1/lathe/workers': [200, { data: [] }] } },
  ],
];

it.each(faults)('names a planted fault of %s: %s, and its cure', async (name, words, planted) => {
  answers = planted.answers ?? healthy;
  const { status, checked } = await examine(await planted.env?.());
  answers = healthy;
  const found = checked.find((one) => one.name === name)?.findings ?? [];
  expect(found).toContainEqual({
    level: 'fault',
    what: expect.stringMatching(words),
    cure: expect.stringMatching(/\w/),
  });
  expect(JSON.stringify(checked)).not.toContain('secret');
  expect(status).toBe(1);
});

it('names a misspelt variable, which keeps nothing from working', async () => {
  const { status, checked } = await examine({ LATHE_WORKRES: '2' });
  expect(checked[0]?.findings[0]).toMatchObject({
    level: 'note',
    what: expect.stringContaining('LATHE_WORKRES'),
  });
  expect(status).toBe(0);
});

it('tells a full disk and workers that cannot train', () => {
  expect([1e8, 5e9, 5e10].map((free) => roomFinding(free, '/data').level)).toEqual([
    'fault',
    'note',
    'well',
  ]);
  const of = (change: object) => deviceFindings([{ ...worker, ...change } as never])[0]?.level;
  const card = { kind: 'cuda', name: 'NVIDIA H200', memory_bytes: 150_754_820_096 };
  const unknown = { kind: 'webgpu', name: 'GPU by WebGPU', memory_bytes: null };
  const [told] = deviceFindings([{ ...worker, devices: [card, unknown] } as never]);
  expect(told?.what).toContain(
    'cuda (NVIDIA H200, 151 GB), webgpu (GPU by WebGPU, memory not known), 8.0 GB for runs',
  );
  expect([of({}), of({ draining: true }), of({ devices: [] })]).toEqual(['well', 'note', 'fault']);
});
