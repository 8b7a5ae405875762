import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { tempFolder } from './temp-folder.ts';

const ownMinio = fileURLToPath(new URL('../../../.tools/bin/minio', import.meta.url));
const startMs = 60_000;

/** A real MinIO server for one test, with faults on demand. */
export type TestMinio = AsyncDisposable & {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Where it keeps what it is given. */
  readonly folder: string;
  /** The environment variables that name it, and `bucket` in it, to Lathe. */
  environment(bucket: string): Record<string, string>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Freezes the process, as a machine that hangs; `resume` lets it go on. */
  pause(): void;
  resume(): void;
};

export type MinioOptions = {
  /** An existing folder to keep objects in, such as a small file system; by default a temporary one. */
  readonly folder?: string;
};

/** Starts a real MinIO on a free loopback port, with random keys. Throws when there is no MinIO to start. */
export async function startMinio({ folder }: MinioOptions = {}): Promise<TestMinio> {
  const binary = findMinio();
  const own = folder === undefined ? await tempFolder() : undefined;
  const data = folder ?? (own?.path as string);
  const port = await freePort();
  const accessKey = `key${randomBytes(6).toString('hex')}`;
  const secretKey = randomBytes(20).toString('hex');
  const endpoint = `http://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(binary, ['server', '--quiet', '--address', `127.0.0.1:${port}`, data], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: data,
        MINIO_ROOT_USER: accessKey,
        MINIO_ROOT_PASSWORD: secretKey,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      },
    });
    await ready(endpoint, child);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
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
    kill,
    restart: start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await kill();
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

async function ready(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`MinIO ended with ${child.exitCode}`);
    const answer = await fetch(`${endpoint}/minio/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error('MinIO did not get ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
