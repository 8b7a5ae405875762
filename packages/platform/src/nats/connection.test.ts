import { spawn } from 'node:child_process';
import { freePort } from '@lathe/testkit/free-port';
import { startNats } from '@lathe/testkit/nats';
import { expect, it } from 'vitest';
import { createLogger } from '../log/log.ts';
import { connectNats } from './connection.ts';
import { findNatsServer } from './server.ts';

const lines: string[] = [];
const sink = { write: (line: string) => void lines.push(line) };
const log = createLogger({ logLevel: 'debug', logFormat: 'json' }, 'test', sink);

it('names the address, without its secret, when nobody listens there', async () => {
  const url = `nats://secret@127.0.0.1:${await freePort()}`;
  const attempt = connectNats({ url, name: 'test', log, requestTimeoutMs: 1000 });
  await expect(attempt).rejects.toThrow(
    /^Cannot reach nats-server at nats:\/\/127\.0\.0\.1:\d+\.$/,
  );
});

it('says that it is refused, without the token or with another one', async () => {
  await using server = await startNats();
  for (const who of ['', 'another-token@', 'lathe:another-password@']) {
    const url = `nats://${who}127.0.0.1:${server.port}`;
    await expect(connectNats({ url, name: 'test', log })).rejects.toThrow(
      /^The nats-server at nats:\/\/127\.0\.0\.1:\d+ refuses what LATHE_NATS_URL says/,
    );
  }
});

it('says when JetStream is off', async () => {
  const port = await freePort();
  const plain = spawn(await findNatsServer(), ['-a', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  try {
    const attempt = () => connectNats({ url: `nats://127.0.0.1:${port}`, name: 'test', log });
    await expect
      .poll(() => attempt().then(String, (error: Error) => error.message))
      .toContain('JetStream switched off');
  } finally {
    plain.kill('SIGKILL');
  }
});

it('knows whether the server answers, and closes even when it does not', async () => {
  await using server = await startNats();
  const nats = await connectNats({ url: server.url, name: 'test', log });
  expect(await nats.healthy()).toBe(true);
  await server.pause();
  expect(await nats.healthy()).toBe(false);
  server.resume();
  await expect.poll(() => nats.healthy()).toBe(true);
  let reconnects = 0;
  const forget = nats.link.on('up', () => reconnects++);
  await server.kill();
  await server.restart();
  await expect.poll(() => reconnects).toBe(1);
  forget();
  await server.kill();
  await nats.close();
  expect(await nats.healthy()).toBe(false);
});
