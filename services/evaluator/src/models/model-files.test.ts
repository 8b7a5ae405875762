import { mkdir, readdir, utimes } from 'node:fs/promises';
import { basename } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { openArtifacts } from '@lathe/platform/internal/artifacts/open';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { openModelFiles } from './model-files.ts';

it('drops copies that no model stands on, but for those that were used lately', async () => {
  await using folder = await tempFolder();
  const artifacts = await openArtifacts(readConfig({ LATHE_DATA: folder.path }));
  const files = openModelFiles(artifacts, `${folder.path}/models`, 8);
  await files.keepOnly([], 0);
  const [kept, old, used] = ['p/kept', 'p/old', 'p/used'].map((key) => files.pathOf(key));
  for (const path of [kept, old, used]) await mkdir(path as string, { recursive: true });
  const longAgo = new Date(Date.now() - 60_000);
  for (const path of [kept, old]) await utimes(path as string, longAgo, longAgo);
  await files.keepOnly(['p/kept'], 30_000);
  const names = [kept, used].map((path) => basename(path as string)).toSorted();
  expect((await readdir(`${folder.path}/models`)).toSorted()).toEqual(names);
  await files.keepOnly(['p/kept'], 0);
  expect(await readdir(`${folder.path}/models`)).toEqual([basename(kept as string)]);
});
