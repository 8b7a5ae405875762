import { spawnSync } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  realpath,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const scripts = path.join(import.meta.dirname, '..');
/** Builds what it is asked for in no time, and writes down every call. */
const quickGo =
  '#!/bin/sh\necho "$@" >> "$CALLS"\nwhile [ "$1" != -o ]; do shift; done\n: > "$2"\n';
const quickCompiler = quickGo.replace('\n', '\n[ "$1" = --version ] && exit\n');
const brokenGo = '#!/bin/sh\necho "$@" >> "$CALLS"\necho no network >&2\nexit 1\n';

/** A clone with nothing installed, and a PATH with these programs only. */
async function clone(programs: Readonly<Record<string, string>>) {
  const folder = await tempFolder();
  const root = path.join(await realpath(folder.path), 'clone');
  const programsFolder = path.join(root, '..', 'programs');
  await cp(path.join(scripts, 'setup'), path.join(root, 'scripts', 'setup'), { recursive: true });
  await cp(path.join(scripts, 'setup.mjs'), path.join(root, 'scripts', 'setup.mjs'));
  await mkdir(programsFolder);
  const calls = path.join(root, '..', 'calls');
  await writeFile(calls, '');
  const add = async (name: string, script: string): Promise<void> => {
    await writeFile(path.join(programsFolder, name), script);
    await chmod(path.join(programsFolder, name), 0o755);
  };
  await add('npm', '#!/bin/sh\n');
  for (const [name, script] of Object.entries(programs)) await add(name, script);
  return {
    root,
    bin: path.join(root, '.tools', 'bin'),
    programs: programsFolder,
    add,
    calls: async () => (await readFile(calls, 'utf8')).split('\n').filter(Boolean),
    setUp: (...args: readonly string[]) => {
      const env = { PATH: programsFolder, CALLS: calls };
      const script = path.join(root, 'scripts', 'setup.mjs');
      const { status, stderr } = spawnSync(process.execPath, [script, ...args], { env });
      return { status, said: String(stderr) };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

it('builds the pinned programs of a purpose once', async () => {
  await using fresh = await clone({ go: quickGo });
  const first = fresh.setUp();
  expect(first).toMatchObject({ status: 0 });
  expect(first.said).toContain('building nats-server v2.14.9 with Go');
  expect(await readdir(fresh.bin)).toEqual(['nats-server']);
  expect(fresh.setUp('--for', 'test').status).toBe(0);
  const all = ['k6', 'kubeconform', 'kustomize', 'minio', 'nats-server'];
  expect((await readdir(fresh.bin)).sort()).toEqual(all);
  const calls = await fresh.calls();
  expect(calls.filter((line) => line.startsWith('build'))).toHaveLength(5);
  expect(calls.join('\n')).toContain('github.com/yannh/kubeconform/cmd/kubeconform');
  expect(fresh.setUp('--for', 'all').said).not.toContain('building');
  expect(await fresh.calls()).toEqual(calls);
});

it('lets the installation of the packages fetch nothing for CUDA, and has no setting that npm warns of', async () => {
  const npm = '#!/bin/sh\necho "$1 $ONNXRUNTIME_NODE_INSTALL" >> "$CALLS"\n';
  await using fresh = await clone({ go: quickGo, npm });
  fresh.setUp();
  expect(await fresh.calls()).toContain('install skip');
  const root = path.join(scripts, '..');
  const { stderr } = spawnSync('npm', ['config', 'get', 'fund'], { cwd: root });
  expect(String(stderr)).toBe('');
});

it('falls back on PATH when Go cannot build, and does not try again', async () => {
  await using fresh = await clone({ go: brokenGo, 'nats-server': '#!/bin/sh\necho own\n' });
  const first = fresh.setUp();
  expect(first).toMatchObject({ status: 0 });
  expect(first.said).toContain('no network');
  expect(first.said).toContain(`using ${path.join(fresh.programs, 'nats-server')}`);
  expect(await readFile(path.join(fresh.bin, 'nats-server'), 'utf8')).toContain('echo own');
  expect(fresh.setUp().said).not.toContain('nats-server');
  expect(await fresh.calls()).toHaveLength(1);
});

it("takes Debian's program also where PATH does not lead to it", async () => {
  await using fresh = await clone({ 'apt-get': '#!/bin/sh\n' });
  const program = path.join(fresh.root, 'sbin', 'nats-server');
  await mkdir(path.dirname(program));
  await writeFile(program, '#!/bin/sh\n');
  await fresh.add('dpkg', `#!/bin/sh\necho /usr/share/doc\necho ${program}\n`);
  // Only an administrator installs packages.
  const isRoot = process.getuid?.() === 0;
  const { status, said } = fresh.setUp();
  expect(status).toBe(isRoot ? 0 : 1);
  expect(said).toContain(isRoot ? `using ${program}` : 'nats-server is missing');
});

it('says in one sentence what to do about a program that cannot be had', async () => {
  await using fresh = await clone({});
  const { status, said } = fresh.setUp();
  expect(status).toBe(1);
  expect(said).toContain('nats-server is missing: install Go');
  expect(fresh.setUp('--for', 'load').status).toBe(1);
  await fresh.add('nats-server', '#!/bin/sh\n');
  // The tests that need it will say so; the others can run.
  const test = fresh.setUp('--for', 'test');
  expect(test.status).toBe(0);
  expect(test.said).toContain('minio is missing: install Go 1.24 or newer');
});

/** Stands in for Vite: builds a page of what there is. */
const quickVite = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync(process.env.CALLS, 'vite ' + process.argv.slice(2, 4).join(' ') + '\\n');
mkdirSync(process.argv[3] + '/dist', { recursive: true });
writeFileSync(process.argv[3] + '/dist/index.html', '');
`;

it('builds the dashboard once, and again when its sources change', async () => {
  await using fresh = await clone({ go: quickGo });
  const web = path.join(fresh.root, 'services/gateway/web');
  const modules = path.join(fresh.root, 'node_modules');
  for (const folder of [web, path.join(modules, 'vite/bin'), path.join(modules, '.bin')])
    await mkdir(folder, { recursive: true });
  await writeFile(path.join(web, 'index.html'), '1');
  await writeFile(path.join(modules, 'vite/bin/vite.js'), quickVite);
  await symlink(process.execPath, path.join(modules, '.bin/node'));
  const builds = async () => (await fresh.calls()).filter((line) => line.startsWith('vite build '));
  expect(fresh.setUp()).toMatchObject({ status: 0 });
  expect(fresh.setUp().said).not.toContain('dashboard');
  expect(await builds()).toHaveLength(1);
  await writeFile(path.join(web, 'index.html'), '2');
  expect(fresh.setUp().said).toContain('building the dashboard');
  expect(await builds()).toHaveLength(2);
  await writeFile(path.join(web, 'index.html'), '3');
  await writeFile(path.join(modules, 'vite/bin/vite.js'), 'process.exit(1)');
  expect(fresh.setUp()).toMatchObject({
    status: 1,
    said: expect.stringContaining('the dashboard could not be built'),
  });
});

it('refuses a purpose that it does not know', async () => {
  await using fresh = await clone({});
  expect(fresh.setUp('--for', 'tea')).toMatchObject({ status: 1 });
  expect(fresh.setUp('--for', 'tea').said).toContain('--for takes start, test, k8s, load, all');
});

it('goes on without kernels where there is no C compiler, and builds them as soon as there is', async () => {
  await using fresh = await clone({ go: quickGo });
  const packages = path.join(fresh.root, 'packages');
  const needed = ['native/build.mjs', 'native/stamp.mjs', 'kernels/library.mjs', 'kernels/c'];
  for (const name of needed)
    await cp(path.join(scripts, '..', 'packages', name), path.join(packages, name), {
      recursive: true,
    });
  const without = fresh.setUp();
  expect(without.status).toBe(0);
  expect(without.said).toContain('there is no C compiler (cc) to build kernels with');
  expect(fresh.setUp().said).not.toContain('kernels');
  await fresh.add('cc', quickCompiler);
  expect(fresh.setUp().said).toContain('the kernels are built');
  expect(await readdir(path.join(packages, 'kernels', 'dist'))).toHaveLength(2);
});
