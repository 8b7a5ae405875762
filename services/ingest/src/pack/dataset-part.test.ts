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
