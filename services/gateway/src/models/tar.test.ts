import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { tarBytes, tarOf } from './tar.ts';

it('is an archive that tar unpacks, of the size that was said', async () => {
  await using folder = await tempFolder();
  const contents = { 'config.json': '{}', 'onnx/model.onnx': 'x'.repeat(512), empty: '' };
  const files = Object.entries(contents).map(([name, text]) => ({
    ...{ name, bytes: text.length },
    content: async function* () {
      yield Buffer.from(text);
    },
  }));
  const archive = Buffer.concat(await Array.fromAsync(tarOf(files, 1_700_000_000)));
  expect(archive).toHaveLength(tarBytes(files));
  const path = join(folder.path, 'all.tar');
  await writeFile(path, archive);
  await promisify(execFile)('tar', ['-xf', path, '-C', folder.path]);
  for (const [name, text] of Object.entries(contents))
    expect(await readFile(join(folder.path, name), 'utf8')).toBe(text);
});

it('tells of a file that is not as long as was said', async () => {
  const short = { name: 'a', bytes: 3, content: async function* () {} };
  await expect(Array.fromAsync(tarOf([short], 0))).rejects.toThrow('a has 0 bytes, not 3');
});
