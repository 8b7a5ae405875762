import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { openFileStore } from './file.ts';
import { getBytes, getFolder, putFolder } from './folder.ts';

async function fixture() {
  const folder = await tempFolder();
  const store = await openFileStore(join(folder.path, 'store'));
  const source = join(folder.path, 'source');
  await mkdir(join(source, 'deep'), { recursive: true });
  await writeFile(join(source, 'config.json'), '{}');
  await writeFile(join(source, 'deep', 'weights.bin'), new Uint8Array(300_000).fill(7));
  return {
    store,
    source,
    target: join(folder.path, 'target'),
    path: folder.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

it('brings a folder back as it was', async () => {
  await using test = await fixture();
  const refs = await putFolder(test.store, 'p/jobs/j/checkpoints/c', test.source);
  expect(Object.keys(refs).sort()).toEqual(['config.json', 'deep/weights.bin']);
  expect(refs['config.json']).toMatchObject({
    key: 'p/jobs/j/checkpoints/c/config.json',
    bytes: 2,
  });
  await getFolder(test.store, refs, test.target);
  expect(await readFile(join(test.target, 'config.json'), 'utf8')).toBe('{}');
  expect((await readFile(join(test.target, 'deep', 'weights.bin'))).length).toBe(300_000);
});

it('leaves a folder that is already there, and lets two bring the same one', async () => {
  await using test = await fixture();
  const refs = await putFolder(test.store, 'p/c', test.source);
  await Promise.all([1, 2, 3].map(() => getFolder(test.store, refs, test.target)));
  await writeFile(join(test.target, 'mark'), 'kept');
  await getFolder(test.store, refs, test.target);
  expect(await readFile(join(test.target, 'mark'), 'utf8')).toBe('kept');
  expect((await readdir(test.path)).sort()).toEqual(['source', 'store', 'target']);
});

it('brings nothing when an object is damaged or missing', async () => {
  await using test = await fixture();
  const refs = await putFolder(test.store, 'p/c', test.source);
  await test.store.put('p/c/config.json', new TextEncoder().encode('[]'));
  await expect(getFolder(test.store, refs, test.target)).rejects.toThrow(
    'the artifact p/c/config.json is damaged',
  );
  const ref = refs['config.json'];
  if (ref === undefined) throw new Error('no ref');
  await expect(getBytes(test.store, ref)).rejects.toThrow('damaged');
  await test.store.delete('p/c/config.json');
  await expect(getFolder(test.store, refs, test.target)).rejects.toThrow('no artifact');
  expect((await readdir(test.path)).sort()).toEqual(['source', 'store']);
});

it('refuses names that lead out of the folder, and links', async () => {
  await using test = await fixture();
  const refs = await putFolder(test.store, 'p/c', test.source);
  const ref = refs['config.json'];
  if (ref === undefined) throw new Error('no ref');
  for (const name of ['../evil', '/etc/evil', 'a/../../evil'])
    await expect(getFolder(test.store, { [name]: ref }, test.target)).rejects.toThrow(
      'cannot be an artifact key',
    );
  await symlink('/etc/hostname', join(test.source, 'link'));
  await expect(putFolder(test.store, 'p/d', test.source)).rejects.toThrow('not a plain file');
});
