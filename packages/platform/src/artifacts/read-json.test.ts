import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openFileStore } from './file.ts';
import { findJson, readJson } from './read-json.ts';

const schema = z.object({ version: z.literal(1) });

it.each(['{"version":1', '', '{"version":"1"}', 'null'])(
  'says of JSON that is not what was stored (%j) that the artifact is damaged',
  async (text) => {
    await using folder = await tempFolder();
    const store = await openFileStore(folder.path);
    await store.put('p/a.json', Buffer.from('{"version":1}'));
    expect(await readJson(store, 'p/a.json', schema)).toEqual({ version: 1 });
    await store.put('p/a.json', Buffer.from(text));
    const damage = { problem: 'damaged', message: expect.stringContaining('p/a.json') };
    await expect(readJson(store, 'p/a.json', schema)).rejects.toMatchObject(damage);
    await expect(findJson(store, 'p/a.json', schema)).rejects.toMatchObject(damage);
    expect(await findJson(store, 'p/b.json', schema)).toBeNull();
  },
);
