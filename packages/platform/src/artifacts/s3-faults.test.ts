import { type Fault, type FaultProxy, startFaultProxy } from '@lathe/testkit/fault-proxy';
import { startMinio, type TestMinio } from '@lathe/testkit/minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './conformance.fixture.ts';
import { ArtifactError, type ArtifactStore } from './port.ts';
import { mebibytes, newBucket, openS3, openUploads, smallParts } from './s3.fixture.ts';

describe('an S3 server with faults', () => {
  it('may go away and come back in the middle of an upload and of a download', async () => {
    await using server = await startMinio();
    const store = await openS3(server, newBucket(), { ...smallParts, LATHE_S3_ATTEMPTS: '30' });
    let back: Promise<void> | undefined;
    const restartSoon = async (): Promise<void> => {
      await server.kill();
      back = new Promise((resolve) => setTimeout(resolve, 300)).then(() => server.restart());
    };
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of mebibytes(16)) {
        if (piece[0] === 7) await restartSoon();
        yield piece;
      }
    };
    const { bytes } = await store.put('p/big', source());
    await back;
    expect(bytes).toBe(16 * 2 ** 20);
    let read = 0;
    for await (const chunk of store.get('p/big')) {
      if (read === 0) await restartSoon();
      const position = read;
      read += chunk.byteLength;
      expect(chunk[0]).toBe(Math.floor(position / 2 ** 20));
    }
    await back;
    expect(read).toBe(bytes);
  });

  it('that stays away fails requests clearly, and works again when it is back', async () => {
    await using server = await startMinio();
    const store = await openS3(server, newBucket(), { LATHE_S3_ATTEMPTS: '2' });
    await store.put('p/a', new Uint8Array(3));
    await server.kill();
    expect(await problemOf(store.put('p/b', new Uint8Array(3)))).toBe('unavailable');
    expect(await problemOf(store.stat('p/a'))).toBe('unavailable');
    expect(await problemOf(Array.fromAsync(store.get('p/a')))).toBe('unavailable');
    expect(await problemOf(Array.fromAsync(store.list('')))).toBe('unavailable');
    expect(await problemOf(store.delete('p/a'))).toBe('unavailable');
    await server.restart();
    expect(await store.stat('p/a')).toMatchObject({ bytes: 3 });
    await store.put('p/b', new Uint8Array(3));
  });

  it('that hangs fails requests after the time that is set', async () => {
    await using server = await startMinio();
    const brief = { LATHE_S3_ATTEMPTS: '2', LATHE_S3_TIMEOUT: '1s' };
    const store = await openS3(server, newBucket(), brief);
    await server.pause();
    const put = () => problemOf(store.put('p/a', new Uint8Array(3)));
    expect(await put()).toBe('unavailable');
    server.resume();
    await expect.poll(put).toContain('nothing was thrown');
    expect(await store.stat('p/a')).toMatchObject({ bytes: 3 });
  });
});

const failed = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>so it is</Message></Error>`;
const busy: Fault = { kind: 'answer', status: 503, body: failed('SlowDown') };

describe('single requests that go wrong', () => {
  let minio: TestMinio;
  let proxy: FaultProxy;
  let bucket: string;
  beforeAll(async () => {
    minio = await startMinio();
    proxy = await startFaultProxy(minio.endpoint);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await minio[Symbol.asyncDispose]();
  });

  const open = (more: Readonly<Record<string, string>> = {}): Promise<ArtifactStore> => {
    proxy.faults(() => undefined);
    bucket = newBucket();
    return openS3(minio, bucket, { ...smallParts, LATHE_S3_ENDPOINT: proxy.url, ...more });
  };
  /** The first request that the pattern fits, as `METHOD /path?query`, meets the fault. */
  const once = (pattern: RegExp, fault: Fault): { met: () => boolean } => {
    let isMet = false;
    proxy.faults(({ method, url }) => {
      if (isMet || !pattern.test(`${method} ${url.pathname}${url.search}`)) return undefined;
      isMet = true;
      return fault;
    });
    return { met: () => isMet };
  };
  const digest = async (store: ArtifactStore, key: string): Promise<number[]> => {
    const firsts: number[] = [];
    let position = 0;
    for await (const chunk of store.get(key)) {
      for (let at = 0; at < chunk.length; at++, position++)
        if (position % 2 ** 20 === 0) firsts.push(chunk[at] as number);
    }
    return firsts;
  };

  it.each<[string, RegExp, Fault]>([
    ['a busy server at the start of an upload', /^POST .*\?uploads/, busy],
    ['a part whose connection breaks', /^PUT .*partNumber=2/, { kind: 'break' }],
    ['a part whose answer gets lost', /^PUT .*partNumber=1/, { kind: 'lose answer' }],
    ['a busy server at the end of an upload', /^POST .*uploadId=/, busy],
    ['an end of an upload whose answer gets lost', /^POST .*uploadId=/, { kind: 'lose answer' }],
    [
      'an end of an upload that fails after a status of 200',
      /^POST .*uploadId=/,
      { kind: 'answer', status: 200, body: failed('InternalError') },
    ],
    ['a download that is cut', /^GET .*\/p\/a/, { kind: 'cut answer', bytes: 3_000_000 }],
    ['a download that a busy server refuses', /^GET .*\/p\/a/, busy],
  ])('gets over %s', async (_name, pattern, fault) => {
    const store = await open();
    const { met } = once(pattern, fault);
    const { bytes } = await store.put('p/a', mebibytes(12));
    expect(bytes).toBe(12 * 2 ** 20);
    expect(await digest(store, 'p/a')).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(met()).toBe(true);
    expect(await openUploads(minio, bucket)).toEqual([]);
  });

  it.each([7, 1])(
    'mixes no object with one of %i MiB that replaced it on the way',
    async (size) => {
      const store = await open();
      await store.put('p/a', mebibytes(6));
      let isCut = false;
      // What replaces it is there before the connection breaks: the proxy holds back what it has not sent.
      proxy.faults(({ method }) => {
        if (method !== 'GET' || isCut) return undefined;
        isCut = true;
        return { kind: 'cut answer', bytes: 2_000_000, after: () => replacing };
      });
      const { promise: replacing, resolve: replaced } = Promise.withResolvers<unknown>();
      const read = async (): Promise<void> => {
        let chunks = 0;
        for await (const _ of store.get('p/a'))
          if (++chunks === 1) replaced(await store.put('p/a', mebibytes(size)));
      };
      expect(await problemOf(read())).toBe('damaged');
    },
  );

  it('waits for a reader that pauses for longer than a server may', async () => {
    const store = await open({ LATHE_S3_TIMEOUT: '1s' });
    await store.put('p/a', mebibytes(12));
    let read = 0;
    for await (const chunk of store.get('p/a')) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 1500));
      const position = read;
      read += chunk.byteLength;
      expect(chunk[0]).toBe(Math.floor(position / 2 ** 20));
    }
    expect(read).toBe(12 * 2 ** 20);
  });

  it('says that a store is full in the middle of an upload, and leaves nothing', async () => {
    const store = await open();
    const full: Fault = { kind: 'answer', status: 507, body: failed('XMinioStorageFull') };
    once(/^PUT .*partNumber=2/, full);
    expect(await problemOf(store.put('p/a', mebibytes(12)))).toBe('full');
    expect(await store.stat('p/a')).toBeNull();
    expect(await openUploads(minio, bucket)).toEqual([]);
  });

  it('ends the source when an upload cannot even begin', async () => {
    const store = await open({ LATHE_S3_ATTEMPTS: '1' });
    let isEnded = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* mebibytes(20);
      } finally {
        isEnded = true;
      }
    };
    proxy.faults(() => busy);
    expect(await problemOf(store.put('p/a', source()))).toBe('unavailable');
    expect(isEnded).toBe(true);
  });

  it('says which bucket is missing when the key may not make it', async () => {
    await open();
    proxy.faults(({ method }) =>
      method === 'PUT' ? { kind: 'answer', status: 403, body: failed('AccessDenied') } : undefined,
    );
    const more = { LATHE_S3_ENDPOINT: proxy.url };
    const error = await openS3(minio, 'not-there', more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ArtifactError);
    expect((error as ArtifactError).message).toBe(
      'the bucket not-there of LATHE_ARTIFACTS does not exist, and LATHE_S3_ACCESS_KEY may not make it',
    );
  });

  it('opens with a key that may not list open uploads, and tells of clocks that differ', async () => {
    await open();
    const denied = (code: string) => {
      proxy.faults(({ url }) =>
        url.searchParams.has('uploads')
          ? { kind: 'answer', status: 403, body: failed(code) }
          : undefined,
      );
      return openS3(minio, bucket, { LATHE_S3_ENDPOINT: proxy.url });
    };
    const store = await denied('AccessDenied');
    expect(await store.stat('p/a')).toBeNull();
    proxy.faults(({ method }) =>
      method === 'GET'
        ? { kind: 'answer', status: 403, body: failed('RequestTimeTooSkewed') }
        : undefined,
    );
    const said = await Array.fromAsync(store.list('')).catch((error: unknown) => String(error));
    expect(said).toContain('clocks of this machine and of the S3 server differ');
  });
});
