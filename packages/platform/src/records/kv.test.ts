import { buckets } from '@lathe/contracts/subject';
import { patienceMs } from '@lathe/testkit/patience';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { Kvm } from '@nats-io/kv';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { counterSchema, describeRecordStore } from './conformance.fixture.ts';
import { openRecords } from './kv.ts';
import { BrokenRecordError } from './port.ts';

async function openCounters() {
  const platform = await startPlatformNats();
  const store = await openRecords(platform.nats, buckets.jobs, counterSchema);
  return {
    ...platform,
    store,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

describeRecordStore('JetStream KV', openCounters);

describe('records that cannot be read', () => {
  it('are reported, and hide no others', async () => {
    await using test = await openCounters();
    const { store, nats, lines } = test;
    await store.create('p.good', { count: 1 });
    const raw = await new Kvm(nats.jetstream).open(buckets.jobs);
    await raw.put('p.shape', '{"count":"many"}');
    await raw.put('p.text', 'not JSON');
    await expect(store.get('p.shape')).rejects.toThrow(BrokenRecordError);
    await expect(store.get('p.shape')).rejects.toThrow('The record p.shape cannot be read: count');
    await expect(store.get('p.text')).rejects.toThrow(BrokenRecordError);
    expect((await store.list('p')).map((entry) => entry.key)).toEqual(['p.good']);
    for await (const change of store.watch('p', AbortSignal.timeout(patienceMs))) {
      expect(change.key).toBe('p.good');
      break;
    }
    expect(lines.filter((line) => line.includes('left out a record')).length).toBeGreaterThan(1);
  });

  it('cannot be written', async () => {
    await using test = await openCounters();
    const wrong = { count: 'x' } as unknown as { count: number };
    await expect((async () => test.store.put('p.a', wrong))()).rejects.toThrow();
    expect(await test.store.get('p.a')).toBeNull();
  });

  it('are refused in a sentence where they are longer than NATS takes', async () => {
    await using test = await openCounters();
    const notes = await openRecords(test.nats, buckets.jobs, z.object({ note: z.string() }));
    const long = { note: 'x'.repeat(2_000_000) };
    const refusal = { code: 'invalid_value', message: /takes 2 MB; at most 1\d* .B are kept/ };
    await expect(notes.create('p.a', long)).rejects.toMatchObject(refusal);
  });
});

describe('records and a server that dies', () => {
  it('keep what was stored, and watches go on', async () => {
    await using test = await openCounters();
    const { store, server } = test;
    await store.create('p.a', { count: 1 });
    const controller = new AbortController();
    const seen = new Map<string, number>();
    const watching = (async () => {
      for await (const change of store.watch('p', controller.signal))
        if (change.kind === 'put') seen.set(change.key, change.value.count);
    })();
    await expect.poll(() => seen.get('p.a')).toBe(1);
    await server.kill();
    await server.restart();
    await expect
      .poll(() => store.get('p.a').catch(() => null))
      .toMatchObject({ value: { count: 1 } });
    await store.put('p.b', { count: 2 });
    await expect.poll(() => seen.get('p.b')).toBe(2);
    controller.abort();
    await watching;
  });
});
