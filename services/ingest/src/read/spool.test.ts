import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createSpool, jsonAt, type SpooledRow } from './spool.ts';

const utf8 = new TextEncoder();
const rowOf = (text: string, tokens: readonly number[]): SpooledRow => ({
  json: utf8.encode(JSON.stringify({ text })),
  examples: [
    { tokens: Int32Array.from(tokens), supervised: new Uint8Array(tokens.length).fill(1) },
  ],
});

it('gives back rows that came one by one and rows that came together, in their order', async () => {
  await using folder = await tempFolder();
  const spool = await createSpool(join(folder.path, 'spool'));
  const rows = Array.from({ length: 60 }, (_, at) =>
    rowOf(`ä ${at}`, new Array(10_000 * (at % 4)).fill(at)),
  );
  for (let at = 0; at < rows.length; at += 3) {
    await spool.add(rows[at] as SpooledRow);
    const run = rows.slice(at + 1, at + 3);
    const examples = run.flatMap((row) => row.examples);
    await spool.addRun({
      lengths: Uint32Array.from(examples, ({ tokens }) => tokens.length),
      tokens: Int32Array.from(examples.flatMap(({ tokens }) => [...tokens])),
      supervised: Uint8Array.from(examples.flatMap(({ supervised }) => [...supervised])),
      jsonLengths: Uint32Array.from(run, ({ json }) => json.length + 1),
      json: Uint8Array.from(run.flatMap(({ json }) => [...json, 0x0a])),
    });
  }
  // All of a chunk is good until the next is asked for.
  const copied = (row: SpooledRow): SpooledRow => ({
    json: row.json.slice(),
    examples: row.examples.map(({ tokens, supervised }) => ({
      ...{ tokens: tokens.slice(), supervised: supervised.slice() },
    })),
  });
  const read: SpooledRow[] = [];
  for await (const chunk of spool.read())
    for (let at = 0; at < chunk.length; at++) read.push(copied(chunk.row(at)));
  const jsons: Uint8Array[] = [];
  for await (const some of spool.jsons())
    for (let at = 0; at < some.lineEnds.length; at++) jsons.push(jsonAt(some, at).slice());
  const texts = rows.map(({ json }) => Buffer.from(json).toString());
  expect(read.map(({ json }) => Buffer.from(json).toString())).toEqual(texts);
  expect(jsons.map((json) => Buffer.from(json).toString())).toEqual(texts);
  expect(read.map(({ examples }) => examples)).toEqual(rows.map(({ examples }) => examples));
});

it('gives back rows of no sequence and of several among those of one', async () => {
  await using folder = await tempFolder();
  const spool = await createSpool(join(folder.path, 'spool'));
  const [one, two] = [rowOf('one', [1, 2]), rowOf('two', [3])];
  const several = { json: two.json, examples: [...two.examples, ...one.examples] };
  const rows = [one, { json: one.json, examples: [] }, several, two];
  for (const row of rows) await spool.add(row);
  const read: SpooledRow[] = [];
  for await (const chunk of spool.read()) {
    expect(chunk.run).toBeUndefined();
    for (let at = 0; at < chunk.length; at++) read.push(chunk.row(at));
  }
  expect(read.map(({ examples }) => examples)).toEqual(rows.map(({ examples }) => examples));
});
