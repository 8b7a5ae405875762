import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const biome = ['biome', 'lint', '--only=suspicious/noImportCycles', '.'] as const;

/** What a tool of `npm run check` says, with this repository's settings, of a tree with one package of these files. */
async function said(tool: readonly [string, ...string[]], files: Record<string, string>) {
  await using folder = await tempFolder();
  const source = path.join(folder.path, 'packages/a/src');
  await mkdir(source, { recursive: true });
  for (const name of ['biome.json', 'knip.jsonc'])
    await cp(path.join(root, name), path.join(folder.path, name));
  const manifest = { private: true, type: 'module' };
  const write = (file: string, value: object): Promise<void> =>
    writeFile(path.join(folder.path, file), JSON.stringify(value));
  await write('package.json', { ...manifest, name: 'planted', workspaces: ['packages/*'] });
  await write('packages/a/package.json', {
    ...manifest,
    name: '@lathe/a',
    exports: { './door': './src/door.ts', './internal/*': './src/*.ts' },
  });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(source, name), text);
  const [command, ...args] = tool;
  const bin = path.join(root, 'node_modules/.bin', command);
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder.path, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

it('refuses a circle of files, even of types alone', async () => {
  const b = 'export type B = { readonly b: string };\n';
  const door = "import type { B } from './b.ts';\nexport type A = { readonly b: B };\n";
  expect((await said(biome, { 'door.ts': door, 'b.ts': b })).status).toBe(0);
  const back = "import type { A } from './door.ts';\nexport type B = { readonly a?: A };\n";
  const planted = await said(biome, { 'door.ts': door, 'b.ts': back });
  expect(planted.status).toBe(1);
  expect(planted.text).toContain('This import is part of a cycle');
});

it('refuses what is exported for nobody, behind a door too', async () => {
  const planted = await said(['knip'], {
    'door.ts': "import { used } from './b.ts';\nexport const behindTheDoor = used;\n",
    'b.ts': 'export const used = 1;\nexport const forNobody = 2;\nexport type TypeForNobody = 3;\n',
    'alone.ts': 'export const inAFileForNobody = 4;\n',
  });
  expect(planted.status).toBe(1);
  for (const name of ['behindTheDoor', 'forNobody', 'TypeForNobody', 'inAFileForNobody'])
    expect(planted.text).toContain(name);
  expect(planted.text).not.toMatch(/\bused\b/);
});
