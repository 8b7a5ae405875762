import { streams } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { openFileStore } from '../artifacts/file.ts';
import { openAllRecords } from '../records/records.ts';
import { artifactsCheck, natsCheck, sparing } from './ready-checks.ts';

const settings = { keepMs: 0, timeoutMs: 10_000 };

it('writes into every stream, leaves nothing there, and names one that takes no writes', async () => {
  await using platform = await startPlatformNats();
  const { nats, server } = platform;
  const check = natsCheck(nats, settings);
  expect(await check()).toBeNull();
  expect(await check()).toBeNull();
  expect(await (await openAllRecords(nats)).jobs.list('')).toEqual([]);
  for (const { name } of [streams.events, streams.work]) {
    const { state } = await nats.manager.streams.info(name);
    expect(state.messages).toBe(0);
  }
  // As a stream does that may hold no more.
  await nats.manager.streams.update(streams.work.name, { max_msgs: 1 });
  await nats.jetstream.publish('lathe.work.other', '');
  await expect(check()).rejects.toThrow(`nats-server takes no writes into ${streams.work.name}`);
  await server.stop();
  expect(await check()).toBe('nats-server does not answer');
});

it('stores an object and deletes it again', async () => {
  await using folder = await tempFolder();
  const store = await openFileStore(folder.path);
  const check = artifactsCheck(store, settings);
  expect(await check()).toBeNull();
  expect(await Array.fromAsync(store.list(''))).toEqual([]);
  await expect(
    artifactsCheck({ ...store, put: () => Promise.reject(new Error('full')) }, settings)(),
  ).rejects.toThrow('full');
});

it('checks once for all who ask, and again only after a while or a failure', async () => {
  let checks = 0;
  let answer = Promise.withResolvers<void>();
  const act = (): Promise<void> => {
    checks++;
    return answer.promise;
  };
  const check = sparing(act, { keepMs: 60_000, timeoutMs: 60_000 });
  const both = [check(), check()];
  answer.reject(new Error('no'));
  for (const one of both) await expect(one).rejects.toThrow('no');
  answer = Promise.withResolvers();
  answer.resolve();
  await check();
  await check();
  expect(checks).toBe(2);
  const slow = sparing(() => new Promise(() => undefined), { keepMs: 0, timeoutMs: 1 });
  await expect(slow()).rejects.toThrow('no write was carried out within 1 ms');
});
