import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { findBaseModel, listBaseModels } from './base-models.ts';

it('offers every folder with a config.json by its name', async () => {
  await using folder = await tempFolder();
  const [first, second] = [join(folder.path, 'a'), join(folder.path, 'b')];
  for (const path of [
    join(first, 'tiny'),
    join(first, 'notes'),
    join(second, 'tiny'),
    join(second, 'alpha'),
  ])
    await mkdir(path, { recursive: true });
  for (const path of [join(first, 'tiny'), join(second, 'tiny'), join(second, 'alpha')])
    await writeFile(join(path, 'config.json'), '{}');
  await writeFile(join(first, 'config.json'), '{}');
  await symlink(join(second, 'alpha'), join(first, 'linked'));
  const folders = [first, second, join(folder.path, 'missing'), join(first, 'config.json')];
  expect(await listBaseModels(folders)).toEqual([
    { name: 'alpha', path: join(second, 'alpha') },
    { name: 'linked', path: join(first, 'linked') },
    { name: 'tiny', path: join(first, 'tiny') },
  ]);
  expect(await findBaseModel(folders, 'tiny')).toEqual({ name: 'tiny', path: join(first, 'tiny') });
  for (const name of ['../a/tiny', 'notes', '', '.', '..', 'tiny/'])
    expect(await findBaseModel(folders, name)).toBeUndefined();
});
