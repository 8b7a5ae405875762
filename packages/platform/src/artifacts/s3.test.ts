import { startMinio, type TestMinio } from '@lathe/testkit/minio';
import { canMount, smallDisk } from '@lathe/testkit/small-disk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { describeArtifactStore, problemOf } from './conformance.fixture.ts';
import { ArtifactError } from './port.ts';
import {
  clientOf,
  mebibytes,
  newBucket,
  openS3,
  openUploads,
  smallParts,
  storeFolder,
} from './s3.fixture.ts';
import { openS3Store } from './s3.ts';

let minio: TestMinio;
beforeAll(async () => {
  minio = await startMinio();
});
afterAll(() => minio[Symbol.asyncDispose]());

const openSmall = async () => {
  const disk = smallDisk(100 * 2 ** 20);
  const server = await startMinio({ folder: disk.path });
  const bucket = newBucket();
  const store = await openS3(server, bucket, { ...smallParts, LATHE_S3_ATTEMPTS: '2' });
  return {
    store,
    // MinIO empties its trash at its start, and then every five minutes.
    freeRoom: async () => {
      await server.stop();
      await server.restart();
    },
    [Symbol.asyncDispose]: async () => {
      expect(await openUploads(server, bucket)).toEqual([]);
      await server[Symbol.asyncDispose]();
      disk[Symbol.dispose]();
    },
  };
};
describeArtifactStore('s3:', {
  open: async () => ({
    store: await openS3(minio, newBucket()),
    [Symbol.asyncDispose]: async () => undefined,
  }),
  openSmall: canMount() ? openSmall : undefined,
});

describe('an S3 store', () => {
  it('leaves no upload open when its source fails or is too long', async () => {
    const bucket = newBucket();
    const store = await openS3(minio, bucket, smallParts);
    const openThen = async function* (): AsyncGenerator<Uint8Array> {
      yield* mebibytes(12);
      // So that the emptiness below means something.
      expect(await openUploads(minio, bucket)).toEqual([`${storeFolder}/p/broken`]);
      throw new Error('the client went away');
    };
    await expect(store.put('p/broken', openThen())).rejects.toThrow('the client went away');
    const long = store.put('p/long', mebibytes(14), { maxBytes: 13 * 2 ** 20 });
    expect(await problemOf(long)).toBe('too_large');
    expect(await openUploads(minio, bucket)).toEqual([]);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
  });

  it('keeps uploads of one key at the same time apart', async () => {
    const store = await openS3(minio, newBucket(), smallParts);
    const source = async function* (value: number): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 12; index++) yield new Uint8Array(2 ** 20).fill(value);
    };
    const results = await Promise.all([1, 2, 3].map((value) => store.put('p/a', source(value))));
    expect(new Set(results.map(({ sha256 }) => sha256)).size).toBe(3);
    const values = new Set<number>();
    for await (const chunk of store.get('p/a')) for (const value of chunk) values.add(value);
    expect(values.size).toBe(1);
  });

  it('aborts uploads of its folder that were left open for a day', async () => {
    const bucket = newBucket();
    await openS3(minio, bucket);
    const client = clientOf(minio);
    for (const name of [`${storeFolder}/p/a`, 'other/b'])
      await client.initiateNewMultipartUpload(bucket, name, {});
    const settings = {
      endpoint: minio.endpoint,
      accessKey: minio.accessKey,
      secretKey: minio.secretKey,
      bucket,
      prefix: storeFolder,
      region: 'us-east-1',
      partBytes: 5 * 2 ** 20,
      timeoutMs: 5000,
      attempts: 2,
    };
    await openS3Store(settings);
    expect((await openUploads(minio, bucket)).sort()).toEqual(['other/b', `${storeFolder}/p/a`]);
    await openS3Store(settings, () => Date.now() + 25 * 3_600_000);
    expect(await openUploads(minio, bucket)).toEqual(['other/b']);
  });

  it('tells a wrong key from a wrong secret from a missing server in one sentence each', async () => {
    const wrong = async (more: Record<string, string>) => {
      const error = await openS3(minio, newBucket(), more).catch((thrown: unknown) => thrown);
      return error instanceof ArtifactError ? `${error.problem}: ${error.message}` : String(error);
    };
    const check = 'check LATHE_S3_ACCESS_KEY and LATHE_S3_SECRET_KEY';
    expect(await wrong({ LATHE_S3_ACCESS_KEY: 'nobody' })).toContain(check);
    expect(await wrong({ LATHE_S3_SECRET_KEY: 'wrongwrong' })).toContain(check);
    const gone = { LATHE_S3_ENDPOINT: 'http://127.0.0.1:9', LATHE_S3_ATTEMPTS: '2' };
    expect(await wrong(gone)).toBe(
      'unavailable: the artifact store did not answer (ECONNREFUSED): check LATHE_S3_ENDPOINT, which is http://127.0.0.1:9',
    );
    const tls = { LATHE_S3_ENDPOINT: minio.endpoint.replace('http:', 'https:') };
    expect(await wrong(tls)).toMatch(
      /^unavailable: there is no trusted TLS connection to the S3 server \([A-Z_]+\): check LATHE_S3_ENDPOINT, which is https:.+$/,
    );
  });

  it('refuses a configuration without what it needs', () => {
    const environment = minio.environment('bucket');
    const read = (more: Record<string, string>) => () => readConfig({ ...environment, ...more });
    for (const name of ['LATHE_S3_ENDPOINT', 'LATHE_S3_ACCESS_KEY', 'LATHE_S3_SECRET_KEY'])
      expect(read({ [name]: '' })).toThrow(`${name} is missing: LATHE_ARTIFACTS names S3.`);
    expect(read({ LATHE_S3_ENDPOINT: 'minio:9000/x' })).toThrow('LATHE_S3_ENDPOINT');
    const withKey = read({ LATHE_S3_ENDPOINT: 'http://me:private@minio:9000' });
    expect(withKey).toThrow('LATHE_S3_ENDPOINT holds a user name');
    expect(withKey).not.toThrow('private');
    expect(read({ LATHE_S3_PART_SIZE: '1MiB' })).toThrow('at least 5MiB');
    for (const address of ['s3://UPPER', 's3://', 's3://b', 's3://bucket/../up', 's3://bucket//a'])
      expect(read({ LATHE_ARTIFACTS: address })).toThrow('must be like s3://');
    const known = { LATHE_S3_ENDPOINT: 'http://minio.example:9000' };
    expect(read({ ...known, LATHE_S3_ACCESS_KEY: 'minioadmin' })).toThrow('well-known default');
    expect(read({ LATHE_S3_ACCESS_KEY: 'minioadmin' })).not.toThrow();
  });
});
