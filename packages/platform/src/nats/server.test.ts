import { fork } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { findNatsServer, startNatsServer } from './server.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('starts on a free port, keeps its secret to its owner and stops', async () => {
  await using folder = await tempFolder();
  const server = await startNatsServer({ folder: folder.path });
  expect(server.port).toBeGreaterThan(1000);
  expect((await stat(join(folder.path, 'server.conf'))).mode & 0o777).toBe(0o600);
  expect(isAlive(server.pid)).toBe(true);
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  await server.stop();
});

it('says why it could not start', async () => {
  await using folder = await tempFolder();
  const first = await startNatsServer({ folder: folder.path });
  await using other = await tempFolder();
  const second = startNatsServer({ folder: other.path, port: first.port });
  await expect(second).rejects.toThrow(/nats-server ended at its start: .*address already in use/);
  const missing = startNatsServer({ folder: other.path, binary: '/no/such/nats-server' });
  await expect(missing).rejects.toThrow('nats-server ended at its start');
  await first.stop();
});

it('is found in .tools or on PATH, and else the cure is named', async () => {
  expect(await findNatsServer()).toContain('nats-server');
});

it('does not outlive a parent that is killed', async () => {
  await using folder = await tempFolder();
  const parent = fork(join(import.meta.dirname, 'server-parent.fixture.ts'), [folder.path]);
  const pid = await new Promise<number>((resolve) => {
    parent.once('message', (message) => resolve(Number(message)));
  });
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
});

it('ends a server that was left behind on its store, and gets no secret into its environment', async () => {
  await using folder = await tempFolder();
  const first = await startNatsServer({ folder: folder.path });
  process.env.LATHE_API_KEY = 'sk-not-for-nats-server';
  const second = await startNatsServer({ folder: folder.path });
  delete process.env.LATHE_API_KEY;
  // Ended, its number is taken until the shell that guards it has read so.
  await first.exited;
  expect(isAlive(first.pid)).toBe(false);
  if (process.platform === 'linux')
    expect(await readFile(`/proc/${second.pid}/environ`, 'utf8')).not.toContain('sk-not-for');
  expect((await stat(join(folder.path, 'store'))).mode & 0o777).toBe(0o700);
  await second.stop();
  // The number of some other process does not count.
  await writeFile(join(folder.path, 'server.pid'), String(process.pid));
  await (await startNatsServer({ folder: folder.path })).stop();
});
