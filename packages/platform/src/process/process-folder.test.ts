import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { openProcessFolder } from './process-folder.ts';

test('what dead processes left goes, and what a living one works in stays', async () => {
  await using folder = await tempFolder();
  const all = join(folder.path, 'work', 'worker-1');
  // The number of this process, of none, of one that lives, and no number.
  const living = String(process.ppid);
  for (const name of [String(process.pid), '99999999', living, 'x']) {
    await mkdir(join(all, name), { recursive: true });
    await writeFile(join(all, name, '0.jsonl'), 'a secret row');
  }
  const own = await openProcessFolder(all);
  expect(own).toBe(join(all, String(process.pid)));
  expect(await readdir(own)).toEqual([]);
  expect((await readdir(all)).toSorted()).toEqual([living, String(process.pid)].toSorted());
  expect(await readdir(join(all, living))).toEqual(['0.jsonl']);
  expect((await stat(own)).mode & 0o777).toBe(0o700);
});
