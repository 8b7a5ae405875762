/** What every artifact store must do; each adapter's test runs this against a real one. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ArtifactError, type ArtifactStore, type ByteRange } from './port.ts';

/** A store for one test, empty and alone. */
type StoreFixture = { readonly store: ArtifactStore } & AsyncDisposable;

type SmallStoreFixture = StoreFixture & {
  /** Gives back the room of what was deleted, where the server does so minutes later only. */
  readonly freeRoom?: () => Promise<void>;
};

export type StoreOpeners = {
  readonly open: () => Promise<StoreFixture>;
  /** A store on a file system that takes some 100 MB; undefined where none can be made. */
  readonly openSmall?: (() => Promise<SmallStoreFixture>) | undefined;
};

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function read(store: ArtifactStore, key: string, range?: ByteRange): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.get(key, range)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function keys(store: ArtifactStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found.sort();
}

export async function problemOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  return error instanceof ArtifactError ? error.problem : String(error);
}

async function* failingAfter(chunks: number, message: string): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < chunks; index++) yield new Uint8Array(70_000).fill(index);
  throw new Error(message);
}

async function* repeated(chunk: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < times; index++) yield chunk;
}

export function describeArtifactStore(name: string, { open, openSmall }: StoreOpeners): void {
  describe(`artifact store ${name}`, () => {
    it('gives back what was put, with its size and digest', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const result = await store.put('p/files/a', repeated(text('hello '), 3));
      const sha256 = createHash('sha256').update('hello hello hello ').digest('hex');
      expect(result).toEqual({ bytes: 18, sha256 });
      expect(await read(store, 'p/files/a')).toBe('hello hello hello ');
      expect(await store.stat('p/files/a')).toMatchObject({ key: 'p/files/a', bytes: 18 });
      await store.put('p/files/empty', new Uint8Array(0));
      expect(await read(store, 'p/files/empty')).toBe('');
      expect(await store.stat('p/files/empty')).toMatchObject({ bytes: 0 });
    });

    it('reads ranges', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.put('p/a', text('0123456789'));
      expect(await read(store, 'p/a', { start: 3, end: 6 })).toBe('345');
      expect(await read(store, 'p/a', { start: 7 })).toBe('789');
      expect(await read(store, 'p/a', { end: 2 })).toBe('01');
      expect(await read(store, 'p/a', { start: 8, end: 100 })).toBe('89');
      expect(await read(store, 'p/a', { start: 10 })).toBe('');
      expect(await read(store, 'p/a', { start: 4, end: 4 })).toBe('');
    });

    it('says that a missing object is missing', async () => {
      await using fixture = await open();
      const { store } = fixture;
      expect(await store.stat('p/none')).toBeNull();
      expect(await problemOf(read(store, 'p/none'))).toBe('not_found');
      await store.put('p/a', text('x'));
      expect(await store.stat('p/a/b')).toBeNull();
      expect(await store.stat('p')).toBeNull();
      await store.delete('p/none');
      await store.deletePrefix('p/no-folder');
      expect(await keys(store, 'p/no-folder')).toEqual([]);
    });

    it('shows nothing of a source that fails, and keeps what was there', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await expect(store.put('p/new', failingAfter(3, 'source broke'))).rejects.toThrow(
        'source broke',
      );
      expect(await store.stat('p/new')).toBeNull();
      await store.put('p/old', text('old'));
      await expect(store.put('p/old', failingAfter(2, 'broke again'))).rejects.toThrow(
        'broke again',
      );
      expect(await read(store, 'p/old')).toBe('old');
      expect(await keys(store, '')).toEqual(['p/old']);
    });

    it('refuses a source that is too long', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const put = store.put('p/a', repeated(new Uint8Array(1000), 11), { maxBytes: 10_000 });
      expect(await problemOf(put)).toBe('too_large');
      expect(await store.stat('p/a')).toBeNull();
      const { bytes } = await store.put('p/a', repeated(new Uint8Array(1000), 10), {
        maxBytes: 10_000,
      });
      expect(bytes).toBe(10_000);
    });

    it('lists by folder, not by beginning of a name', async () => {
      await using fixture = await open();
      const { store } = fixture;
      for (const key of ['p/jobs/a/1', 'p/jobs/a/deep/2', 'p/jobs/ab/3', 'q/jobs/a/4'])
        await store.put(key, text(key));
      expect(await keys(store, 'p/jobs/a')).toEqual(['p/jobs/a/1', 'p/jobs/a/deep/2']);
      expect(await keys(store, 'p')).toHaveLength(3);
      expect(await keys(store, '')).toHaveLength(4);
      await store.deletePrefix('p/jobs/a');
      expect(await keys(store, '')).toEqual(['p/jobs/ab/3', 'q/jobs/a/4']);
      await store.delete('p/jobs/ab/3');
      expect(await keys(store, '')).toEqual(['q/jobs/a/4']);
    });

    it('lists and deletes more than a thousand objects', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const names = Array.from({ length: 1203 }, (_, index) => `p/many/${index}`);
      for (let at = 0; at < names.length; at += 50)
        await Promise.all(names.slice(at, at + 50).map((key) => store.put(key, text('x'))));
      await store.put('p/keep', text('x'));
      expect(await keys(store, 'p/many')).toEqual(names.sort());
      await store.deletePrefix('p/many');
      expect(await keys(store, '')).toEqual(['p/keep']);
    });

    it('leaves one whole object when many write the same key at once', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const writers = Array.from({ length: 8 }, (_, index) =>
        store.put('p/same', repeated(new Uint8Array(50_000).fill(65 + index), 10)),
      );
      await Promise.all(writers);
      const content = await read(store, 'p/same');
      expect(content).toBe((content[0] ?? '').repeat(500_000));
    });

    it('lets a reader finish the object that it began, while it is replaced', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.put('p/a', repeated(new Uint8Array(100_000).fill(65), 20));
      let content = '';
      for await (const chunk of store.get('p/a')) {
        if (content === '') await store.put('p/a', text('short'));
        content += Buffer.from(chunk).toString();
      }
      expect(content).toBe('A'.repeat(2_000_000));
      expect(await read(store, 'p/a')).toBe('short');
    });

    it.each([
      '',
      '/etc/passwd',
      '..',
      'p/../q',
      'p/./q',
      'p//q',
      'p/',
      '/p',
      'p/a b',
      'p/a\0b',
      'p\\..\\q',
      'p/%2e%2e/q',
      'p/ünï',
      `p/${'x'.repeat(300)}`,
    ])('refuses the key %j', async (key) => {
      await using fixture = await open();
      const { store } = fixture;
      const put = (async () => store.put(key, text('x')))();
      expect(await problemOf(put)).toBe('bad_key');
      expect(await problemOf(read(store, key))).toBe('bad_key');
      expect(await problemOf((async () => store.stat(key))())).toBe('bad_key');
      expect(await problemOf((async () => store.delete(key))())).toBe('bad_key');
    });

    it('refuses to delete everything', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.put('p/a', text('x'));
      for (const prefix of ['', '/', '..', 'p/..'])
        expect(await problemOf((async () => store.deletePrefix(prefix))())).toBe('bad_key');
      expect(await keys(store, '')).toEqual(['p/a']);
    });

    it('hands out an address, or says that it has none', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.put('p/a', text('signed'));
      const address = await store.presign('p/a', 60).catch((error: unknown) => error);
      if (address instanceof ArtifactError) expect(address.problem).toBe('unsupported');
      else expect(await (await fetch(String(address))).text()).toBe('signed');
    });

    it('moves 300 MB in bounded memory', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const before = process.memoryUsage.rss();
      let peak = 0;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss() - before);
      }, 20);
      const { bytes, sha256 } = await store.put('p/big', repeated(new Uint8Array(2 ** 20), 300));
      expect(bytes).toBe(300 * 2 ** 20);
      const hash = createHash('sha256');
      for await (const chunk of store.get('p/big')) hash.update(chunk);
      clearInterval(watch);
      expect(hash.digest('hex')).toBe(sha256);
      expect(peak).toBeLessThan(200 * 2 ** 20);
    });

    it.runIf(openSmall !== undefined)(
      'says that it is full, shows nothing half-written, and goes on when there is room again',
      async () => {
        await using fixture = await (openSmall as () => Promise<SmallStoreFixture>)();
        const { store } = fixture;
        await store.put('p/old', repeated(new Uint8Array(2 ** 20).fill(1), 30));
        // A server may hang up before its answer is read; then the next try tells.
        const put = () =>
          problemOf(store.put('p/big', repeated(new Uint8Array(2 ** 20).fill(2), 120)));
        await expect.poll(put).toBe('full');
        expect(await keys(store, '')).toEqual(['p/old']);
        expect((await read(store, 'p/old')).length).toBe(30 * 2 ** 20);
        await store.delete('p/old');
        await fixture.freeRoom?.();
        const putLess = () => problemOf(store.put('p/new', repeated(new Uint8Array(2 ** 20), 30)));
        await expect.poll(putLess).toContain('nothing was thrown');
        expect(await keys(store, '')).toEqual(['p/new']);
      },
    );
  });
}
