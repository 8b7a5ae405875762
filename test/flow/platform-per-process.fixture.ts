/**
 * Set-up of the project `flow` of vitest.config.ts: a platform for each process that runs tests, started when the first of its files asks
 * for it (`joinPlatform`) and stopped with the last test of all. A process runs one file at a time, so a file has its platform to itself.
 */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import type { TestProject } from 'vitest/node';
import { type Platform, startPlatform } from '../../scripts/platform.ts';
import type { PlatformFacts } from './shared-platform.fixture.ts';

type Begun = {
  readonly platform: Platform;
  /** Its folders, whose last is for models that tests add. */
  readonly folders: Pick<PlatformFacts, 'folder' | 'models'>;
  stop(): Promise<void>;
};

/** Called by vitest once, before the first file of the project; what it returns is called after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const begun = new Map<string, Promise<Begun>>();
  const server = createServer((request, response) => {
    const worker = request.url ?? '';
    const platform = begun.get(worker) ?? begin();
    begun.set(worker, platform);
    platform.then(
      (each) => response.end(JSON.stringify(factsOf(each))),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((heard) => server.listen(0, '127.0.0.1', heard));
  const { port } = server.address() as AddressInfo;
  project.provide('platforms', `http://127.0.0.1:${port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    // One that could not be started has failed the tests that asked for it.
    const started = await Promise.allSettled(begun.values());
    await Promise.all(
      started.map(async (one) => one.status === 'fulfilled' && (await one.value.stop())),
    );
  };
}

/** A platform with every base model that tests ask: the repository's own, one of each task, and `noise` of random weights. */
async function begin(): Promise<Begun> {
  const home = await tempFolder();
  const models = join(home.path, 'models');
  await mkdir(models);
  await writeTinyModel(join(models, 'noise'));
  const folder = join(home.path, 'data');
  const platform = await startPlatform(
    readConfig({
      ...{ LATHE_PORT: '0', LATHE_LOG_LEVEL: process.env.LATHE_TEST_LOG ?? 'silent' },
      // Several cost more than they bring a tiny model; platforms with other settings have them.
      LATHE_ENGINE_THREADS: '1',
      LATHE_DATA: folder,
      LATHE_MODELS: `${resolve('models')}:${resolve('packages/testkit/fixtures/tasks')}:${models}`,
    }),
  );
  return {
    platform,
    folders: { folder, models },
    async stop() {
      await platform.stop();
      await home[Symbol.asyncDispose]();
    },
  };
}

function factsOf({ platform, folders }: Begun): PlatformFacts {
  const { url, apiKey } = platform;
  return { url, apiKey, ...folders, pids: Object.fromEntries(platform.pids()) };
}
