/** What every record store must do; each adapter's test runs this against a real one. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConflictError, type RecordChange, type RecordStore } from './port.ts';

export const counterSchema = z.object({ count: z.number() });
type Counter = z.infer<typeof counterSchema>;

/** An empty store of counters for one test. */
export type RecordsFixture = { readonly store: RecordStore<Counter> } & AsyncDisposable;

export function describeRecordStore(name: string, open: () => Promise<RecordsFixture>): void {
  describe(`record store ${name}`, () => {
    it('creates, reads, updates and deletes', async () => {
      await using fixture = await open();
      const { store } = fixture;
      expect(await store.get('p.a')).toBeNull();
      const first = await store.create('p.a', { count: 1 });
      expect(await store.get('p.a')).toEqual({ value: { count: 1 }, revision: first });
      const second = await store.update('p.a', { count: 2 }, first);
      expect(second).toBeGreaterThan(first);
      expect(await store.get('p.a')).toEqual({ value: { count: 2 }, revision: second });
      await store.delete('p.a');
      expect(await store.get('p.a')).toBeNull();
      await store.delete('p.a');
      await store.delete('p.never');
      await store.create('p.a', { count: 3 });
      expect((await store.get('p.a'))?.value).toEqual({ count: 3 });
    });

    it('refuses to create twice, and to change what somebody else changed', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const first = await store.create('p.a', { count: 1 });
      await expect(store.create('p.a', { count: 9 })).rejects.toThrow(ConflictError);
      await store.update('p.a', { count: 2 }, first);
      await expect(store.update('p.a', { count: 9 }, first)).rejects.toThrow(ConflictError);
      await expect(store.delete('p.a', first)).rejects.toThrow(ConflictError);
      expect((await store.get('p.a'))?.value).toEqual({ count: 2 });
    });

    it('refuses to update what was deleted', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const revision = await store.create('p.a', { count: 1 });
      await store.delete('p.a', revision);
      await expect(store.update('p.a', { count: 9 }, revision)).rejects.toThrow(ConflictError);
      expect(await store.get('p.a')).toBeNull();
    });

    it('overwrites with put', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.put('p.a', { count: 1 });
      const revision = await store.put('p.a', { count: 2 });
      expect(await store.get('p.a')).toEqual({ value: { count: 2 }, revision });
    });

    it('loses no update of many writers that compare and set', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.create('p.a', { count: 0 });
      const add = async (): Promise<void> => {
        while (true) {
          const stored = await store.get('p.a');
          if (stored === null) throw new Error('gone');
          try {
            await store.update('p.a', { count: stored.value.count + 1 }, stored.revision);
            return;
          } catch (error) {
            if (!(error instanceof ConflictError)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 20 }, add));
      expect((await store.get('p.a'))?.value).toEqual({ count: 20 });
    });

    it('lists what lies under a prefix', async () => {
      await using fixture = await open();
      const { store } = fixture;
      for (const key of ['p.a', 'p.b.1', 'p.b.2', 'pq.a', 'q.a', 'p.gone'])
        await store.create(key, { count: 1 });
      await store.delete('p.gone');
      const keys = async (prefix: string): Promise<string[]> =>
        (await store.list(prefix)).map((entry) => entry.key).sort();
      expect(await keys('p')).toEqual(['p.a', 'p.b.1', 'p.b.2']);
      expect(await keys('p.b')).toEqual(['p.b.1', 'p.b.2']);
      expect(await keys('')).toEqual(['p.a', 'p.b.1', 'p.b.2', 'pq.a', 'q.a']);
      expect(await keys('none')).toEqual([]);
    });

    it('lists many, also while they change', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const keys = Array.from({ length: 500 }, (_, index) => `p.k${index}`);
      await Promise.all(keys.map((key) => store.create(key, { count: 0 })));
      let writing = true;
      const writer = (async () => {
        for (let at = 0; writing; at++) await store.put(`p.k${at % 500}`, { count: at });
      })();
      for (let round = 0; round < 5; round++) expect(await store.list('p')).toHaveLength(500);
      writing = false;
      await writer;
    });

    it('watches: first what is there, then every change, until it is told to end', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.create('p.a', { count: 1 });
      await store.create('q.other', { count: 1 });
      const controller = new AbortController();
      const seen: RecordChange<Counter>[] = [];
      const watching = (async () => {
        for await (const change of store.watch('p', controller.signal)) {
          seen.push(change);
          if (seen.length === 1) await store.put('p.b', { count: 2 });
          if (seen.length === 2) await store.delete('p.a');
          if (seen.length === 3) controller.abort();
        }
      })();
      await watching;
      expect(seen).toMatchObject([
        { kind: 'put', key: 'p.a', value: { count: 1 } },
        { kind: 'put', key: 'p.b', value: { count: 2 } },
        { kind: 'delete', key: 'p.a' },
      ]);
    });

    it('ends a watch at once when nothing happens', async () => {
      await using fixture = await open();
      const { store } = fixture;
      const controller = new AbortController();
      const watching = Array.fromAsync(store.watch('', controller.signal));
      setTimeout(() => controller.abort(), 50);
      expect(await watching).toEqual([]);
      expect(await Array.fromAsync(store.watch('', controller.signal))).toEqual([]);
    });

    it.each(['', 'a b', 'p.*', 'p.>', '.a', 'a.', 'a..b', 'p/a', 'ü'])(
      'refuses the key %j',
      async (key) => {
        await using fixture = await open();
        const { store } = fixture;
        await expect((async () => store.get(key))()).rejects.toThrow(RangeError);
        await expect((async () => store.put(key, { count: 1 }))()).rejects.toThrow(RangeError);
      },
    );
  });
}
