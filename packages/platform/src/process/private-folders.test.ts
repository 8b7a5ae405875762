import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { shutFolders } from './private-folders.ts';

it('shuts what an older version left open', async () => {
  await using folder = await tempFolder();
  await mkdir(join(folder.path, 'cache'), { mode: 0o755 });
  await shutFolders(folder.path);
  expect((await stat(join(folder.path, 'cache'))).mode & 0o777).toBe(0o700);
});
