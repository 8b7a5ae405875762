import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { findBaseModel, listBaseModels } from './base-models.ts';
import { licenceOf } from './licence.ts';

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

it.each([
  [
    { 'lathe-source.json': '{"licence":"Apache-2.0"}', 'README.md': '---\nlicense: mit\n---\n' },
    'Apache-2.0',
  ],
  [
    {
      'lathe-import.json': '{"licence":null}',
      'README.md': '---\nlanguage: en\nlicense: "mit"\n---\n# A',
    },
    'mit',
  ],
  [{ LICENSE: '\n      Apache License\n      Version 2.0, January 2004' }, 'Apache-2.0'],
  [{ 'lathe-source.json': 'no JSON', 'README.md': 'license: mit' }, undefined],
  [{}, undefined],
])('a folder with %j is under the licence %s', async (files, licence) => {
  await using folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  expect(await licenceOf(folder.path)).toBe(licence);
});
