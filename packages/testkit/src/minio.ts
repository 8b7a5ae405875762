import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { freeze } from './freeze.ts';
import type { TestServer } from './nats.ts';
import { tempFolder } from './temp-folder.ts';

const ownMinio = fileURLToPath(new URL('../../../.tools/bin/minio', import.meta.url));
const startMs = 60_000;
const keptOutput = 4000;

/** A real MinIO server for one test, with faults on demand. */
export type TestMinio = TestServer & {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The environment variables that name it, and `bucket` in it, to Lathe. */
  environment(bucket: string): Record<string, string>;
};

export type MinioOptions = {
  /** An existing folder to keep objects in, such as a small file system; by default a temporary one. */
  readonly folder?: string;
};

/**
 * Starts a real MinIO on a free loopback port, with random keys. Throws when there is no MinIO to start.
 * @example await using minio = await startMinio();
 */
export async function startMinio({ folder }: MinioOptions = {}): Promise<TestMinio> {
  const binary = findMinio();
  const own = folder === undefined ? await tempFolder() : undefined;
  const data = folder ?? (own?.path as string);
  const port = await freePort();
  const accessKey = `key${randomBytes(6).toString('hex')}`;
  const secretKey = randomBytes(20).toString('hex');
  const endpoint = `http://127.0.0.1:${port}`;
  let server: Running;
  const start = async (): Promise<void> => {
    const args = ['server', '--quiet', '--address', `127.0.0.1:${port}`, data];
    const keys = { MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey };
    const offline = { MINIO_BROWSER: 'off', MINIO_UPDATE: 'off' };
    server = run(binary, args, { PATH: process.env.PATH, HOME: data, ...keys, ...offline });
    await ready(endpoint, server);
  };
  await start();
  return {
    endpoint,
    accessKey,
    secretKey,
    folder: data,
    environment: (bucket) => ({
      LATHE_ARTIFACTS: `s3://${bucket}`,
      LATHE_S3_ENDPOINT: endpoint,
      LATHE_S3_ACCESS_KEY: accessKey,
      LATHE_S3_SECRET_KEY: secretKey,
    }),
    stop: () => server.end('SIGTERM'),
    kill: () => server.end('SIGKILL'),
    restart: start,
    pause: () => freeze(server.child.pid as number),
    resume: () => void server.child.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await server.end('SIGKILL');
      await own?.[Symbol.asyncDispose]();
    },
  };
}

function findMinio(): string {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'minio'));
  const found = [ownMinio, ...places].find((file) => existsSync(file));
  if (found === undefined)
    throw new Error('MinIO is missing: run npm test, or node scripts/setup.mjs --for test');
  return found;
}

type Running = {
  readonly child: ChildProcess;
  /** The last lines that it said. */
  said(): string;
  /** Sends the signal unless it ended already, and waits until it has. */
  end(signal: NodeJS.Signals): Promise<void>;
};

/** Runs a program that ends with this process at the latest. */
function run(binary: string, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptOutput);
    });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.off('exit', endWithUs);
      resolve();
    });
  });
  return {
    child,
    said: () => said.trim(),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

async function ready(endpoint: string, { child, said }: Running): Promise<void> {
  const deadline = performance.now() + startMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`MinIO ended at its start: ${said()}`);
    // Its health page says 200 before it has read its drives; a request without keys is refused only after.
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer?.status === 403) return;
    if (performance.now() > deadline)
      throw new Error(`MinIO was not ready within ${startMs / 1000} seconds: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
