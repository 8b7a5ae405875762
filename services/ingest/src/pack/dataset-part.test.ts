import { join } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { openArtifacts } from '@lathe/platform/internal/artifacts/open';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createPartWriter } from './dataset-part.ts';

it('a part tells the longest row, and the most texts of one example where rows are grouped', async () => {
  await using folder = await tempFolder();
  const artifacts = await openArtifacts(readConfig({ LATHE_DATA: folder.path }));
  const written = async (lengths: readonly (readonly number[])[], isGrouped: boolean) => {
    const part = await createPartWriter({
      ...{ artifacts, prefix: 'a', name: 'train', shardTokens: 10, count: () => 1 },
      localFile: join(folder.path, 'rows'),
    });
    for (const [row, texts] of lengths.entries()) {
      const group = isGrouped ? { group: Int32Array.of(row) } : {};
      const examples = texts.map((length) => ({
        ...{ tokens: new Int32Array(length), supervised: new Uint8Array(length), ...group },
      }));
      await part.add({ json: Buffer.from('{}'), examples });
    }
    return part.finish();
  };
  const negatives = await written(
    [
      [3, 4],
      [2, 9, 5, 1],
      [2, 2],
    ],
    true,
  );
  expect(negatives).toMatchObject({ rows: 3, tokens: 28, longest: 9, sequences: 4 });
  const windows = await written(
    [
      [3, 4],
      [2, 9, 5],
    ],
    false,
  );
  expect(windows).not.toHaveProperty('sequences');
});

it('a part is the same in a store that begins no objects, and one that is left stores no rows', async () => {
  await using folder = await tempFolder();
  const whole = await openArtifacts(readConfig({ LATHE_DATA: folder.path }));
  const { begin, ...without } = whole;
  expect(begin).toBeDefined();
  const json = Buffer.from(JSON.stringify({ text: 'é'.repeat(400_000) }));
  const example = { tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(0, 1) };
  const partOf = (artifacts: typeof whole, prefix: string) =>
    createPartWriter({
      ...{ artifacts, prefix, name: 'train', shardTokens: 5, count: () => 1 },
      localFile: join(folder.path, prefix),
    });
  const writtenRows = async (artifacts: typeof whole, prefix: string) => {
    const part = await partOf(artifacts, prefix);
    for (let row = 0; row < 4; row++) await part.add({ json, examples: [example] });
    const { canonical } = await part.finish();
    await part.close();
    return Buffer.concat(await Array.fromAsync(whole.get(canonical.key))).toString();
  };
  const rows = `${json.toString()}\n`.repeat(4);
  expect(await writtenRows(whole, 'a')).toBe(rows);
  expect(await writtenRows(without, 'b')).toBe(rows);
  const left = await partOf(whole, 'c');
  for (let row = 0; row < 3; row++) await left.add({ json, examples: [example] });
  await left.close();
  const keys = (await Array.fromAsync(whole.list('c'))).map(({ key }) => key);
  expect(keys).toEqual(['c/train-00000.shard']);
});

it('a part is the same of rows of a run, of which some are taken, as of each of them by itself', async () => {
  await using folder = await tempFolder();
  const artifacts = await openArtifacts(readConfig({ LATHE_DATA: folder.path }));
  const rows = [5, 0, 4, 3, 12, 1, 1, 9, 2].map((length, row) => ({
    json: `{"line":${'1'.repeat(row)}}`,
    tokens: Int32Array.from({ length }, (_, at) => 100 * row + at),
    supervised: Uint8Array.from({ length }, (_, at) => (at + row) % 2),
  }));
  const ends = (lengths: readonly number[]) => {
    let end = 0;
    return Uint32Array.from(lengths, (length) => (end += length));
  };
  const run = {
    lengths: Uint32Array.from(rows, ({ tokens }) => tokens.length),
    tokens: Int32Array.from(rows.flatMap(({ tokens }) => [...tokens])),
    supervised: Uint8Array.from(rows.flatMap(({ supervised }) => [...supervised])),
    tokenEnds: ends(rows.map(({ tokens }) => tokens.length)),
    lines: Buffer.from(rows.map(({ json }) => `${json}\n`).join('')),
    lineEnds: ends(rows.map(({ json }) => json.length + 1)),
  };
  const countRun = ({ supervised }: { readonly supervised: Uint8Array }) =>
    supervised.reduce((sum, flag) => sum + flag, 0);
  const place = {
    ...({
      artifacts,
      name: 'train',
      shardTokens: 10,
      localFile: join(folder.path, 'rows'),
    } as const),
    count: (examples: readonly { readonly supervised: Uint8Array }[]) =>
      examples.reduce((sum, example) => sum + countRun(example), 0),
  };
  const [alone, together] = [
    await createPartWriter({ ...place, prefix: 'a' }),
    await createPartWriter({ ...place, prefix: 'b', countRun }),
  ];
  for (const { json, ...example } of rows.slice(1))
    await alone.add({ json: Buffer.from(json), examples: [example] });
  await together.addRun(run, 1, 3);
  await together.addRun(run, 3, rows.length);
  const keyless = async (part: typeof alone) =>
    JSON.parse(JSON.stringify(await part.finish()).replaceAll(/"key":"[ab]/g, '"key":"')) as object;
  const finished = await keyless(together);
  expect(finished).toEqual(await keyless(alone));
  expect(finished).toMatchObject({ rows: 8, tokens: 32, longest: 12 });
});
