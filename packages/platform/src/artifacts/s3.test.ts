import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startMinio, type TestMinio } from '@lathe/testkit/minio';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { describeArtifactStore } from './conformance.ts';
import { openArtifacts } from './open.ts';
import { ArtifactError, type ArtifactStore } from './port.ts';

let minio: TestMinio;
let buckets = 0;
beforeAll(async () => {
  minio = await startMinio();
}, 90_000);
afterAll(() => minio[Symbol.asyncDispose]());

/** A store in a bucket of its own, which does not exist before. */
function openStore(
  server: TestMinio = minio,
  more: Record<string, string> = {},
): Promise<ArtifactStore> {
  const environment = { ...server.environment(`test-${++buckets}/some/folder`), ...more };
  return openArtifacts(readConfig(environment));
}

describeArtifactStore('s3:', async () => {
  const store = await openStore();
  return { store, [Symbol.asyncDispose]: async () => undefined };
});

async function problemOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  return error instanceof ArtifactError ? error.problem : String(error);
}

async function* chunks(count: number, after?: () => Promise<void>): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    if (index === 7) await after?.();
    yield new Uint8Array(2 ** 20).fill(index);
  }
}

function clientOf({ endpoint, accessKey, secretKey }: TestMinio): Client {
  const { hostname, port } = new URL(endpoint);
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey,
    secretKey,
  });
}

const parts = { LATHE_S3_PART_SIZE: '5MiB' };

describe('an S3 store', () => {
  it('leaves no upload open when its source fails or is too long', async () => {
    const store = await openStore(minio, parts);
    const bucket = `test-${buckets}`;
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunks(12);
      throw new Error('the client went away');
    };
    await expect(store.put('p/broken', broken())).rejects.toThrow('the client went away');
    const long = store.put('p/long', chunks(14), { maxBytes: 13 * 2 ** 20 });
    expect(await problemOf(long)).toBe('too_large');
    const open = await Array.fromAsync(clientOf(minio).listIncompleteUploads(bucket, '', true));
    expect(open).toEqual([]);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
  });

  it('tells a wrong key from a wrong secret from a missing server in one sentence each', async () => {
    const wrong = async (more: Record<string, string>) => {
      const error = await openStore(minio, more).catch((thrown: unknown) => thrown);
      return error instanceof ArtifactError ? `${error.problem}: ${error.message}` : String(error);
    };
    const check = 'check LATHE_S3_ACCESS_KEY and LATHE_S3_SECRET_KEY';
    expect(await wrong({ LATHE_S3_ACCESS_KEY: 'nobody' })).toContain(check);
    expect(await wrong({ LATHE_S3_SECRET_KEY: 'wrongwrong' })).toContain(check);
    const gone = { LATHE_S3_ENDPOINT: 'http://127.0.0.1:9', LATHE_S3_ATTEMPTS: '2' };
    expect(await wrong(gone)).toBe('unavailable: the artifact store did not answer (ECONNREFUSED)');
  });

  it('refuses a configuration without what it needs', () => {
    const environment = minio.environment('bucket');
    const read = (more: Record<string, string>) => () => readConfig({ ...environment, ...more });
    expect(read({ LATHE_S3_SECRET_KEY: '' })).toThrow('LATHE_S3_SECRET_KEY is missing');
    expect(read({ LATHE_S3_ENDPOINT: 'minio:9000/x' })).toThrow('LATHE_S3_ENDPOINT');
    expect(read({ LATHE_S3_PART_SIZE: '1MiB' })).toThrow('at least 5MiB');
    expect(read({ LATHE_ARTIFACTS: 's3://UPPER' })).toThrow('must be like s3://');
    expect(read({ LATHE_ARTIFACTS: 's3://bucket/../up' })).not.toThrow('secret');
    const known = { LATHE_S3_ENDPOINT: 'http://minio.example:9000' };
    expect(read({ ...known, LATHE_S3_ACCESS_KEY: 'minioadmin' })).toThrow('well-known default');
  });
});

describe('an S3 server with faults', () => {
  it('may go away and come back in the middle of an upload and of a download', async () => {
    await using server = await startMinio();
    const store = await openStore(server, { ...parts, LATHE_S3_ATTEMPTS: '8' });
    const restartSoon = async (): Promise<void> => {
      await server.kill();
      setTimeout(() => void server.restart(), 300);
    };
    const { bytes } = await store.put('p/big', chunks(16, restartSoon));
    expect(bytes).toBe(16 * 2 ** 20);
    let read = 0;
    for await (const chunk of store.get('p/big')) {
      if (read === 0) await restartSoon();
      const position = read;
      read += chunk.byteLength;
      expect(chunk[0]).toBe(Math.floor(position / 2 ** 20));
    }
    expect(read).toBe(bytes);
  }, 120_000);

  it('that stays away fails requests clearly, and works again when it is back', async () => {
    await using server = await startMinio();
    const store = await openStore(server, { LATHE_S3_ATTEMPTS: '2' });
    await store.put('p/a', new Uint8Array(3));
    await server.kill();
    expect(await problemOf(store.put('p/b', new Uint8Array(3)))).toBe('unavailable');
    expect(await problemOf(store.stat('p/a'))).toBe('unavailable');
    expect(await problemOf(Array.fromAsync(store.get('p/a')))).toBe('unavailable');
    expect(await problemOf(Array.fromAsync(store.list('')))).toBe('unavailable');
    await server.restart();
    expect(await store.stat('p/a')).toMatchObject({ bytes: 3 });
    await store.put('p/b', new Uint8Array(3));
  }, 120_000);

  it('that hangs fails requests after the time that is set', async () => {
    await using server = await startMinio();
    const store = await openStore(server, { LATHE_S3_ATTEMPTS: '1', LATHE_S3_TIMEOUT: '500ms' });
    server.pause();
    expect(await problemOf(store.put('p/a', new Uint8Array(3)))).toBe('unavailable');
    server.resume();
    await store.put('p/a', new Uint8Array(3));
    expect(await store.stat('p/a')).toMatchObject({ bytes: 3 });
  }, 120_000);

  // A small file system of its own can only be mounted by root.
  it.runIf(process.getuid?.() === 0)(
    'says that it is full, and shows nothing half-written',
    async () => {
      await using folder = await tempFolder();
      const disk = join(folder.path, 'disk');
      await mkdir(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]);
      try {
        await using server = await startMinio({ folder: disk });
        const store = await openStore(server, { ...parts, LATHE_S3_ATTEMPTS: '2' });
        // The server may hang up before its answer is read; then the next try tells.
        const put = () => problemOf(store.put('p/big', chunks(120)));
        await expect.poll(put, { timeout: 60_000 }).toBe('full');
        expect(await Array.fromAsync(store.list(''))).toEqual([]);
        const uploads = clientOf(server).listIncompleteUploads(`test-${buckets}`, '', true);
        expect(await Array.fromAsync(uploads)).toEqual([]);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
    120_000,
  );
});
