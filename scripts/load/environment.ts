import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, readConfig } from '@lathe/platform/config';
import { startMinio } from '@lathe/testkit/minio';
import { type Platform, startPlatform } from '../platform.ts';

/** The platform under load, everything of it in a temporary folder. */
export type LoadEnvironment = AsyncDisposable & {
  readonly platform: Platform;
  readonly config: Config;
  /** The API key of each project. */
  readonly keys: readonly string[];
  /** For files of the run. */
  readonly folder: string;
  /** What keeps the artifacts. */
  readonly store: string;
};

export type EnvironmentOptions = {
  readonly projects: number;
  readonly workers: number;
  /** Threads of each engine. */
  readonly threads: number;
};

/** Starts the platform on free ports. Leaves nothing behind when a part cannot start. */
export async function startEnvironment(options: EnvironmentOptions): Promise<LoadEnvironment> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(path.join(tmpdir(), 'lathe-load-'));
    stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const minio = stack.use(await startMinio());
    const keys = Array.from(
      { length: options.projects },
      () => `lathe-${randomBytes(24).toString('hex')}`,
    );
    const config = readConfig({
      LATHE_LOG_LEVEL: process.env.LATHE_LOG_LEVEL ?? 'warn',
      LATHE_DATA: path.join(folder, 'data'),
      LATHE_PORT: '0',
      ...minio.environment('lathe-load'),
      LATHE_API_KEYS: keys.map((key, index) => `${key}=load-${index}`).join(','),
      LATHE_WORKERS: String(options.workers),
      LATHE_ENGINE_THREADS: String(options.threads),
    });
    const platform = await startPlatform(config);
    stack.defer(() => platform.stop());
    const parts = stack.move();
    return {
      platform,
      config,
      keys,
      folder,
      store: 'MinIO',
      [Symbol.asyncDispose]: () => parts.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
