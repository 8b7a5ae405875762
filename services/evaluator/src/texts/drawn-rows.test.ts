import type { DatasetPart } from '@lathe/contracts/artifact/dataset';
import { encodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import { openFileStore } from '@lathe/platform/artifacts/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawRows } from './drawn-rows.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: ArtifactStore;
beforeAll(async () => {
  folder = await tempFolder();
  store = await openFileStore(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

const example = (token: number): ShardExample => ({
  tokens: Int32Array.of(token),
  supervised: Uint8Array.of(0),
});

/** Rows of which every third is two examples, in shards of three. */
async function stored(rows: number, missing = 0): Promise<DatasetPart> {
  const all = Array.from({ length: rows }, (_, at) => ({
    kind: 'related',
    line: at + 1,
    texts: ['a', 'b'],
    ...(at % 3 === 2 ? { examples: 2 } : {}),
  }));
  const examples = all.flatMap(({ line, examples: count = 1 }) =>
    Array.from({ length: count }, () => example(line)),
  );
  const kept = examples.slice(0, examples.length - missing);
  const shards = [];
  for (let from = 0; from < kept.length; from += 3) {
    const key = `${rows}-${missing}-${from}.shard`;
    shards.push({ key, ...(await store.put(key, encodeShard(kept.slice(from, from + 3)))) });
  }
  const key = `${rows}.jsonl`;
  const lines = all.map((row) => `${JSON.stringify(row)}\n`).join('');
  const canonical = { key, ...(await store.put(key, Buffer.from(lines))) };
  const counts = { tokens: 0, supervisedTokens: 0, longest: 1 };
  return { rows, ...counts, shards, canonical };
}

it('has all rows with their examples, or some, the same ones for the same seed', async () => {
  const part = await stored(20);
  const all = await drawRows(store, part, { seed: 1, most: 100 });
  expect(all.map(({ row }) => row.line)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  for (const { row, examples } of all) {
    expect(examples).toHaveLength(row.line % 3 === 0 ? 2 : 1);
    for (const { tokens } of examples) expect([...tokens]).toEqual([row.line]);
  }
  const some = await drawRows(store, part, { seed: 1, most: 5 });
  expect(some).toHaveLength(5);
  expect(some).toEqual(await drawRows(store, part, { seed: 1, most: 5 }));
  expect(some).not.toEqual(await drawRows(store, part, { seed: 2, most: 5 }));
});

it('is nothing of nothing, and refuses shards that are not those of the rows', async () => {
  const draw = { seed: 1, most: 5 };
  expect(await drawRows(store, { ...(await stored(3)), rows: 0 }, draw)).toEqual([]);
  const fewer = drawRows(store, await stored(6, 1), draw);
  await expect(fewer).rejects.toThrow('fewer examples than rows');
  const part = await stored(9);
  const more = { ...part, canonical: (await stored(6)).canonical };
  await expect(drawRows(store, more, draw)).rejects.toThrow('more examples than rows');
});
