import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { openFileStore } from './file.ts';
import { measuredStore } from './measured.ts';
import type { ObjectWriter } from './port.ts';

/** Begins an object in a store of which one step fails; gives what the metrics then say of puts. */
async function putsOf(failing: keyof ObjectWriter | 'begin' | undefined, isFinished = true) {
  await using folder = await tempFolder();
  const store = await openFileStore(folder.path);
  const fail = async () => {
    throw new Error('broken');
  };
  const metrics = createMetrics('test');
  const begin = async (key: string): Promise<ObjectWriter> => {
    if (failing === 'begin') return fail();
    const writer = (await store.begin?.(key)) ?? expect.fail('a file store begins objects');
    return failing === undefined ? writer : { ...writer, [failing]: fail };
  };
  const measured = measuredStore({ ...store, begin }, metrics);
  const write = async () => {
    const writer = (await measured.begin?.('p/a')) ?? expect.fail('it begins objects');
    try {
      for (let piece = 0; piece < 3; piece++) await writer.write(new Uint8Array(10));
      if (isFinished) await writer.finish();
    } finally {
      await writer.abandon();
    }
  };
  if (failing === undefined) await write();
  else await expect(write()).rejects.toThrow('broken');
  const lines = (await metrics.text()).split('\n');
  const count = (outcome: string): number => {
    const line = lines.find(
      (each) =>
        each.startsWith('lathe_artifact_seconds_count') && each.includes(`outcome="${outcome}"`),
    );
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return { done: count('done'), failed: count('failed') };
}

it('counts an object that is written piece by piece as one put', async () => {
  expect(await putsOf(undefined)).toEqual({ done: 1, failed: 0 });
});

it.each(['begin', 'write', 'finish'] as const)(
  'counts an object whose %s fails as one failed put',
  async (failing) => {
    expect(await putsOf(failing)).toEqual({ done: 0, failed: 1 });
  },
);

it('counts an object that is opened as one get of all its bytes', async () => {
  await using folder = await tempFolder();
  const store = await openFileStore(folder.path);
  await store.put('p/a', new Uint8Array(10));
  const metrics = createMetrics('test');
  const measured = measuredStore(store, metrics);
  await (await measured.open?.('p/a'))?.close();
  expect(await measured.open?.('p/b')).toBeNull();
  const told = await metrics.text();
  expect(told).toMatch(/^lathe_artifact_bytes_total\{[^}]*operation="get"[^}]*\} 10$/m);
  expect(told).toMatch(/^lathe_artifact_seconds_count\{[^}]*operation="get"[^}]*\} 2$/m);
});

it('counts an object that is only abandoned as no put', async () => {
  expect(await putsOf(undefined, false)).toEqual({ done: 0, failed: 0 });
});
