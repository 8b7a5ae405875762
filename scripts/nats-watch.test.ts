import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { natsCheck } from '@lathe/platform/internal/health/ready-checks';
import { createLogger } from '@lathe/platform/log';
import { connectNats, type Nats } from '@lathe/platform/nats/connection';
import { publishEvent } from '@lathe/platform/nats/events';
import { startNatsServer } from '@lathe/platform/nats/server';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { canMount, smallDisk } from '@lathe/testkit/small-disk';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { watchNatsWrites } from './nats-watch.ts';
import { supervise } from './supervise.ts';

const lines: string[] = [];
const sink = { write: (line: string) => void lines.push(line) };
const log = createLogger({ logLevel: 'info', logFormat: 'json' }, 'test', sink);
const quick = {
  ...{ everyMs: 20, againMs: 20, timeoutMs: 500, leastRoomBytes: 2 ** 20 },
  ...{ patience: 2, busyPatience: 1000 },
};

/** Writes until nothing more fits. */
async function fill(file: string): Promise<void> {
  await using handle = await open(file, 'w');
  for (let bytes = 2 ** 20; bytes >= 512; )
    try {
      await handle.write(Buffer.alloc(bytes, 1));
    } catch {
      bytes /= 2;
    }
}

function publish(nats: Nats, id: number): Promise<number> {
  const said = {
    name: 'log',
    level: 'info',
    message: 'x'.repeat(10_000),
    type: 'message',
  } as const;
  const event = { version: 1, project: 'p', jobId: 'ftjob-1', createdAt: 1, data: {}, ...said };
  return publishEvent(nats, event as never, String(id));
}

it.runIf(canMount())(
  'starts a server again that takes no writes, as soon as there is room, and tells what is wrong meanwhile',
  async () => {
    using disk = smallDisk(64 * 2 ** 20);
    const folder = path.join(disk.path, 'nats');
    let same = {};
    const server = await supervise(
      async () => {
        const started = await startNatsServer({ folder, ...same });
        same = { port: started.port, token: started.token };
        return started;
      },
      { name: 'nats-server', log, firstPauseMs: 10 },
    );
    const { url } = server.current();
    const nats = await connectNats({ url, name: 'test', log, requestTimeoutMs: 500 });
    await ensureStreams(nats, readConfig({}));
    const ready = natsCheck(nats, { keepMs: 0, timeoutMs: 1000 });
    expect(await ready()).toBeNull();
    await publish(nats, 1);

    const filler = path.join(disk.path, 'filler');
    await fill(filler);
    await expect(publish(nats, 2)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(ready()).rejects.toThrow(/takes no writes into|no write was carried out/);

    const problems: (string | null)[] = [];
    const first = server.current().pid;
    const watch = watchNatsWrites(
      {
        folder,
        connect: () => connectNats({ url, name: 'watch', log }),
        pid: () => server.pid(),
        restart: () => server.current().stop(),
        onProblem: (problem) => problems.push(problem),
        log,
      },
      quick,
    );
    await expect.poll(() => problems.at(-1)).toContain('is full: 0 MiB are left');
    expect(server.current().pid).toBe(first);
    await rm(filler);
    await expect.poll(() => problems.at(-1)).toBeNull();
    expect(server.current().pid).not.toBe(first);
    expect(lines.join('')).toContain('nats-server is started again: it takes no writes');
    await expect.poll(() => publish(nats, 3).catch(() => 0)).toBeGreaterThan(0);
    expect(await ready()).toBeNull();
    await watch.stop();
    await nats.close();
    await server.stop();
  },
);

it('gives a server time that may only be busy, and one that has just been started all of it', async () => {
  await using folder = await tempFolder();
  let pid: number | undefined;
  let looks = 0;
  let restartedAt: number | undefined;
  const watch = watchNatsWrites(
    {
      folder: folder.path,
      pid: () => pid,
      connect: async () => {
        looks++;
        // Two servers begin while a look is under way, the second of which stays and answers no write.
        if (looks === 10) pid = 1;
        if (looks === 20) pid = 2;
        throw new Error('no answer');
      },
      restart: async () => {
        restartedAt ??= looks;
      },
      onProblem: () => undefined,
      log,
    },
    { ...quick, everyMs: 1, againMs: 1, busyPatience: 10 },
  );
  // Nine looks in vain at the first, and the tenth in a row at the second.
  await expect.poll(() => restartedAt).toBe(30);
  await watch.stop();
});
