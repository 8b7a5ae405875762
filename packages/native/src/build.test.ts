import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

/** Tells its version, does this for anything else, and writes down that it had to. */
const compilerOf = (work: string, version = '1'): string =>
  `#!/bin/sh\nif [ "$1" = --version ]; then echo cc ${version}; exit; fi\necho called >> "$CALLS"\n${work}\n`;
/** Makes an empty file of what it is asked for. */
const emptyFile = 'while [ "$1" != -o ]; do shift; done\n: > "$2"';
const quickCompiler = compilerOf(emptyFile);
const brokenCompiler = compilerOf('echo no such header >&2\nexit 1');

/** How a package tells of its library. */
const tellsOf = `import { fileURLToPath } from 'node:url';
export const library = { name: 'lathe-counters', called: 'counters', otherwise: 'fingers are used', flags: [],
  folder: fileURLToPath(new URL('.', import.meta.url)) };`;

/** A package with a library, this one beside it, and a PATH with this compiler only. */
async function sources(compiler: string | null) {
  const folder = await tempFolder();
  const root = join(folder.path, 'counters');
  const [path, calls] = [join(folder.path, 'programs'), join(folder.path, 'calls')];
  for (const name of ['build.mjs', 'stamp.mjs', 'src/built-library.ts'])
    await cp(join(import.meta.dirname, '..', name), join(folder.path, 'native', name));
  const builder = join(folder.path, 'native', 'build.mjs');
  await mkdir(join(root, 'c'), { recursive: true });
  await writeFile(join(root, 'library.mjs'), tellsOf);
  await writeFile(join(root, 'c', 'count.c'), 'int count(int so_far) { return so_far + 1; }\n');
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
    withoutCompiler: () => rm(join(path, 'cc')),
    built: async () => JSON.parse(await readFile(join(root, 'dist', 'built.json'), 'utf8')),
    /** Writes down something else of what was built. */
    told: (answer: object) => writeFile(join(root, 'dist', 'built.json'), JSON.stringify(answer)),
    build: () => {
      const env = { PATH: path, CALLS: calls };
      const { status, stderr } = spawnSync(process.execPath, [builder, 'counters'], { env });
      return { status, said: String(stderr) };
    },
    /** What whoever loads the library is told. */
    library: () => {
      const [door, library] = ['native/src/built-library.ts', 'counters/library.mjs'].map(
        (name) => pathToFileURL(join(folder.path, name)).href,
      );
      const told = `import { builtLibrary } from '${door}'; import { library } from '${library}';
console.log(JSON.stringify(builtLibrary(library)));`;
      const given = ['--input-type=module', '--eval', told];
      return JSON.parse(String(spawnSync(process.execPath, given).stdout));
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

type Sources = Awaited<ReturnType<typeof sources>>;

it('builds once, and again when a source is another', async () => {
  await using made = await sources(quickCompiler);
  expect(made.build()).toEqual({ status: 0, said: 'the counters are built\n' });
  const first = await made.built();
  expect(await readdir(join(made.root, 'dist'))).toEqual(['built.json', first.file]);
  expect(made.build()).toEqual({ status: 0, said: '' });
  expect(await made.calls()).toBe(1);
  await writeFile(join(made.root, 'c', 'count.h'), '/* another */');
  expect(made.build().status).toBe(0);
  const second = await made.built();
  expect(second.file).not.toBe(first.file);
  expect(await readdir(join(made.root, 'dist'))).toEqual(['built.json', second.file]);
});

it('tells the compiler’s own words, and tries again at the next set-up', async () => {
  await using made = await sources(brokenCompiler);
  for (const time of [1, 2]) {
    const { status, said } = made.build();
    expect(status).toBe(1);
    expect(said).toContain('could not be built');
    expect(said).toContain('no such header');
    expect(await made.built()).toEqual({ problem: 'the counters could not be built' });
    expect(await made.calls()).toBe(time);
  }
  await made.compile(quickCompiler);
  expect(made.build()).toEqual({ status: 0, said: 'the counters are built\n' });
});

it('builds again where the library is gone', async () => {
  await using made = await sources(quickCompiler);
  made.build();
  const { file } = await made.built();
  await rm(join(made.root, 'dist', file));
  expect(made.build()).toEqual({ status: 0, said: 'the counters are built\n' });
  expect(await readdir(join(made.root, 'dist'))).toEqual(['built.json', file]);
});

it.each([
  ['compiler', async ({ compile }: Sources) => compile(compilerOf(emptyFile, '2')), 'cc 2\n'],
  [
    'C library',
    async ({ built, told }: Sources) => told({ ...(await built()), tools: 'cc 1\nglibc 1.0' }),
    'cc 1\n',
  ],
] as const)('builds again by or for another %s', async (_, change, version) => {
  await using made = await sources(quickCompiler);
  made.build();
  await change(made);
  expect(made.build()).toEqual({ status: 0, said: 'the counters are built\n' });
  expect((await made.built()).tools).toMatch(new RegExp(`^${version}(?:glibc \\d|not glibc)`));
  expect(made.build()).toEqual({ status: 0, said: '' });
});

it('keeps what is there when the compiler is gone', async () => {
  await using made = await sources(quickCompiler);
  made.build();
  const before = await made.built();
  await made.withoutCompiler();
  expect(made.build()).toEqual({ status: 0, said: '' });
  expect(await made.built()).toEqual(before);
});

it('leaves no library where there is no compiler, and one as soon as there is', async () => {
  await using made = await sources(null);
  expect(made.build()).toMatchObject({ status: 1 });
  expect(await made.built()).toMatchObject({ problem: expect.stringContaining('no C compiler') });
  await made.compile(quickCompiler);
  expect(made.build()).toEqual({ status: 0, said: 'the counters are built\n' });
});

it('is not loaded after its sources have changed, until it is built again', async () => {
  await using made = await sources(quickCompiler);
  made.build();
  const first = await made.built();
  expect(made.library()).toEqual({ file: join(made.root, 'dist', first.file) });
  await writeFile(join(made.root, 'c', 'count.h'), '/* another */');
  expect(made.library()).toEqual({ problem: expect.stringContaining('built from other sources') });
  made.build();
  expect(made.library()).toEqual({ file: expect.stringContaining('lathe-counters-') });
});
