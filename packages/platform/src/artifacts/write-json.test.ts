import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openFileStore } from './file.ts';
import { findJson, readJson } from './read-json.ts';
import { writeJson } from './write-json.ts';

const schema = z.object({ loss: z.number() });

it('keeps what can be read again, and nothing else', async () => {
  await using folder = await tempFolder();
  const store = await openFileStore(join(folder.path, 'store'));
  const stored = await writeJson(store, 'p/a.json', schema, { loss: 0.5 });
  expect(stored.bytes).toBe('{"loss":0.5}'.length);
  expect(await readJson(store, 'p/a.json', schema)).toEqual({ loss: 0.5 });
  for (const loss of [Number.NaN, Number.POSITIVE_INFINITY])
    await expect(writeJson(store, 'p/b.json', schema, { loss })).rejects.toThrow('loss');
  expect(await findJson(store, 'p/b.json', schema)).toBeNull();
});
