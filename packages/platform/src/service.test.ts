import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { readConfig } from './config/config.ts';
import { openService } from './service.ts';

const quiet = { LATHE_LOG_LEVEL: 'silent' };

it('refuses to begin without the address of a message server', async () => {
  const config = readConfig(quiet);
  const begun = openService(config, { name: 'ingest' }, async () => 'begun');
  await expect(begun).rejects.toThrow('Set LATHE_NATS_URL to the address of nats-server');
});

it('tells of its health while it runs, and stops what was begun when the rest fails', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  const env = { ...quiet, LATHE_DATA: folder.path, LATHE_NATS_URL: nats.url };
  const stopped: string[] = [];
  let connection: { isClosed(): boolean } | undefined;
  const begun = openService(readConfig(env), { name: 'ingest' }, async (service) => {
    connection = service.nats.connection;
    await service.serveHealth();
    expect(await Promise.all(Object.values(service.checks).map((check) => check()))).toEqual([
      null,
      null,
    ]);
    service.stops.add('first', () => void stopped.push('first'));
    service.stops.add('second', () => void stopped.push('second'));
    throw new Error('The rest is missing.');
  });
  await expect(begun).rejects.toThrow('The rest is missing.');
  expect(stopped).toEqual(['second', 'first']);
  expect(connection?.isClosed()).toBe(true);
});
