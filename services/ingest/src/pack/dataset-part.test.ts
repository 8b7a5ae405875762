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
