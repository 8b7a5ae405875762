import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { freePort } from '@lathe/testkit/free-port';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { startPlatform } from './platform.ts';

const quiet = { LATHE_PORT: '0', LATHE_LOG_LEVEL: 'error' };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether something listens at the address of a nats-server. */
function listens(natsUrl: string): Promise<boolean> {
  const socket = connect(Number(new URL(natsUrl).port), '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

it('starts everything, names and brings back what was killed, and stops all', async () => {
  await using folder = await tempFolder();
  const config = readConfig({ ...quiet, LATHE_DATA: folder.path });
  const platform = await startPlatform(config);
  const headers = { authorization: `Bearer ${platform.apiKey}` };
  const models = () => fetch(`${platform.url}/v1/models`, { headers });
  expect((await models()).status).toBe(200);
  expect((await fetch(`${platform.url}/v1/models`)).status).toBe(401);
  await expect(startPlatform(config)).rejects.toThrow(/is used by process \d+/);

  const ready = async () => (await (await fetch(`${platform.url}/readyz`)).json()) as unknown;
  const first = platform.pids();
  for (const part of ['trainer', 'worker']) {
    // Killed whenever it runs again, so that nobody has to look within a moment.
    const readyWithout = () => {
      const pid = platform.pids().get(part) ?? 0;
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      return ready();
    };
    const problem = `the ${part} ended by itself and is started again`;
    await expect.poll(readyWithout).toMatchObject({ problems: { [part]: problem } });
  }
  await expect.poll(ready).toEqual({ status: 'ready', problems: {} });
  process.kill(first.get('gateway') ?? 0, 'SIGKILL');
  await expect
    .poll(() =>
      models().then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  const second = platform.pids();
  expect([...second.keys()].toSorted()).toEqual([...first.keys()].toSorted());
  for (const part of ['ingest', 'evaluator']) expect(second.get(part)).toBe(first.get(part));
  await platform.stop();
  for (const pid of second.values()) expect(isAlive(pid)).toBe(false);
  expect(await listens(platform.natsUrl)).toBe(false);
  await expect(models()).rejects.toThrow();
});

it('leaves no process behind when it is killed, and starts again at once on the same port', async () => {
  await using folder = await tempFolder();
  const port = String(await freePort());
  const parent = fork(path.join(import.meta.dirname, 'platform.fixture.ts'), {
    env: { ...process.env, ...quiet, LATHE_DATA: folder.path, LATHE_PORT: port },
  });
  const told = await new Promise<{ pids: number[]; natsUrl: string }>((resolve) => {
    parent.once('message', (message) => resolve(message as never));
  });
  expect(await listens(told.natsUrl)).toBe(true);
  const gone = once(parent, 'exit');
  parent.kill('SIGKILL');
  await gone;
  const config = readConfig({ ...quiet, LATHE_DATA: folder.path, LATHE_PORT: port });
  const next = await startPlatform(config);
  expect(next.url).toBe(`http://127.0.0.1:${port}`);
  await next.stop();
  await expect.poll(() => listens(told.natsUrl)).toBe(false);
  await expect.poll(() => told.pids.filter(isAlive)).toEqual([]);
});

/** The processes that descend from one, itself included, as far as they live. */
function familyOf(pid: number): number[] {
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  const found = children.split('\n').filter((line) => line !== '');
  return [pid, ...found.flatMap((child) => familyOf(Number(child)))];
}

it('npm start says where it runs, and leaves nothing behind on a signal or when npm is killed', async () => {
  await using folder = await tempFolder();
  const start = async () => {
    const npm = spawn('npm', ['start'], {
      cwd: path.join(import.meta.dirname, '..'),
      env: { ...process.env, ...quiet, LATHE_DATA: folder.path, LATHE_API_KEYS: `${secret}=other` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await expect.poll(() => output).toContain('Ctrl-C stops it');
    return { npm, family: familyOf(npm.pid ?? 0), output };
  };
  const secret = 'sk-of-another-project';
  const first = await start();
  expect(first.output).toMatch(/Lathe runs at http:\/\/127\.0\.0\.1:\d+\n/);
  expect(first.output.match(/sk-lathe-[\w-]{43}/g)).toHaveLength(1);
  expect(first.output).toContain(`kept in ${path.join(folder.path, 'api-key')}`);
  if (process.platform === 'linux') {
    const told = first.family.filter((pid) => {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (
        /services|engine|nats/.test(command) &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(secret)
      );
    });
    expect(told.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))).toEqual([
      expect.stringContaining('services/gateway/src/main.ts'),
    ]);
  }
  first.npm.kill('SIGTERM');
  await expect.poll(() => first.family.filter(isAlive)).toEqual([]);

  const second = await start();
  expect(second.family.length).toBeGreaterThan(6);
  second.npm.kill('SIGKILL');
  await expect.poll(() => second.family.filter(isAlive)).toEqual([]);
});

it.each([
  ['LATHE_PORT', 'http', 'The environment variable LATHE_PORT is "http"'],
  [
    'LATHE_MODELS',
    '/nowhere/at/all',
    'The folder /nowhere/at/all that LATHE_MODELS names does not exist.',
  ],
  [
    'LATHE_ARTIFACTS',
    'file:/proc/artifacts',
    'The artifact store in /proc/artifacts cannot be written to (ENOENT)',
  ],
  ['LATHE_API_KEY', 'short', 'LATHE_API_KEY has a fault: the key has 5 characters'],
  ['LATHE_NATS_URL', 'nats://127.0.0.1:1', 'Cannot reach nats-server at nats://127.0.0.1:1.'],
])('npm start says in a sentence what is wrong with %s', async (name, value, sentence) => {
  await using folder = await tempFolder();
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'start.ts')], {
    env: { ...process.env, ...quiet, LATHE_DATA: folder.path, [name]: value },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
  await expect.poll(() => output).toContain(sentence);
  expect(output).not.toContain('    at ');
});

it('says in a sentence that the port is taken, before anything is started', async () => {
  await using folder = await tempFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const start = startPlatform(
    readConfig({ ...quiet, LATHE_DATA: folder.path, LATHE_PORT: String(port) }),
  );
  await expect(start).rejects.toThrow(
    `The gateway cannot listen on 127.0.0.1:${port}: another program listens there; set LATHE_PORT.`,
  );
  expect(existsSync(path.join(folder.path, 'nats'))).toBe(false);
  taken.close();
});
