import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

/** Makes an empty file of what it is asked for, and writes down that it was called. */
const quickCompiler =
  '#!/bin/sh\necho called >> "$CALLS"\nwhile [ "$1" != -o ]; do shift; done\n: > "$2"\n';
const brokenCompiler = '#!/bin/sh\necho called >> "$CALLS"\necho no such header >&2\nexit 1\n';

/** A copy of the package's sources, and a PATH with this compiler only. */
async function sources(compiler: string | null) {
  const folder = await tempFolder();
  const root = join(folder.path, 'kernels');
  const [path, calls] = [join(folder.path, 'programs'), join(folder.path, 'calls')];
  for (const name of ['build.mjs', 'stamp.mjs', 'c', 'src/kernel-library.ts'])
    await cp(join(import.meta.dirname, '..', name), join(root, name), { recursive: true });
  await mkdir(path);
  await writeFile(calls, '');
  const compile = async (script: string): Promise<void> => {
    await writeFile(join(path, 'cc'), script);
    await chmod(join(path, 'cc'), 0o755);
  };
  if (compiler !== null) await compile(compiler);
  return {
    root,
    compile,
    calls: async () => (await readFile(calls, 'utf8')).split('\n').length - 1,
    built: async () => JSON.parse(await readFile(join(root, 'dist', 'built.json'), 'utf8')),
    build: () => {
      const env = { PATH: path, CALLS: calls };
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'build.mjs')], { env });
      return { status, said: String(stderr) };
    },
    /** What whoever loads the kernels of this copy is told. */
    library: () => {
      const door = pathToFileURL(join(root, 'src', 'kernel-library.ts')).href;
      const told = `import { kernelLibrary } from '${door}'; console.log(JSON.stringify(kernelLibrary()));`;
      const given = ['--input-type=module', '--eval', told];
      return JSON.parse(String(spawnSync(process.execPath, given).stdout));
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

it('builds once, and again when a source is another', async () => {
  await using made = await sources(quickCompiler);
  expect(made.build()).toEqual({ status: 0, said: 'the kernels are built\n' });
  const first = await made.built();
  expect(await readdir(join(made.root, 'dist'))).toEqual(['built.json', first.file]);
  expect(made.build()).toEqual({ status: 0, said: '' });
  expect(await made.calls()).toBe(1);
  await writeFile(join(made.root, 'c', 'scratch.h'), '/* another */');
  expect(made.build().status).toBe(0);
  const second = await made.built();
  expect(second.file).not.toBe(first.file);
  expect(await readdir(join(made.root, 'dist'))).toEqual(['built.json', second.file]);
});

it('tells the compiler’s own words once, and does not try the same again', async () => {
  await using made = await sources(brokenCompiler);
  const { status, said } = made.build();
  expect(status).toBe(1);
  expect(said).toContain('could not be built');
  expect(said).toContain('no such header');
  expect(await made.built()).toMatchObject({ problem: 'the kernels could not be built' });
  expect(made.build()).toEqual({ status: 1, said: '' });
  expect(await made.calls()).toBe(1);
});

it('leaves no library where there is no compiler, and one as soon as there is', async () => {
  await using made = await sources(null);
  expect(made.build()).toMatchObject({ status: 1 });
  expect(await made.built()).toMatchObject({ problem: expect.stringContaining('no C compiler') });
  await made.compile(quickCompiler);
  expect(made.build()).toEqual({ status: 0, said: 'the kernels are built\n' });
});

it('is not loaded after its sources have changed, until it is built again', async () => {
  await using made = await sources(quickCompiler);
  made.build();
  const first = await made.built();
  expect(made.library()).toEqual({ file: join(made.root, 'dist', first.file) });
  await writeFile(join(made.root, 'c', 'scratch.h'), '/* another */');
  expect(made.library()).toEqual({ problem: expect.stringContaining('built from other sources') });
  made.build();
  expect(made.library()).toEqual({ file: expect.stringContaining('lathe-kernels-') });
});
