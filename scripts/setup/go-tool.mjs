/**
 * Puts a pinned Go program into .tools/bin: built with Go, else the one on PATH, else Debian's.
 *
 * Beside each lies a stamp that says which version it is and where it comes from, because not every
 * program can tell its own: MinIO built from source calls itself DEVELOPMENT.GOGET.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath, outerPath, root, run, say } from './command.mjs';

const bin = join(root, '.tools', 'bin');
const stamps = join(root, '.tools', 'stamps');

/** @param {import('./tools.mjs').Tool} tool */
function readStamp({ name }) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function writeStamp({ name, version }, origin) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), `${version} ${origin}`);
}

/** The module version that a Go program was built from, or null. */
function builtVersion({ module }, binary) {
  const { stdout } = spawnSync('go', ['version', '-m', binary], {
    encoding: 'utf8',
    env: { ...process.env, PATH: outerPath },
  });
  const line = (stdout ?? '').split('\n').find((text) => text.startsWith(`\tmod\t${module}\t`));
  return line?.split('\t')[3] ?? null;
}

/**
 * Builds the program in a module of its own that requires it. `go install` would ask for the list of the
 * module's versions, which some proxies do not have.
 */
async function build({ name, module, version, folder = '' }) {
  mkdirSync(bin, { recursive: true });
  const workshop = mkdtempSync(join(tmpdir(), 'lathe-setup-'));
  const beside = join(bin, `.${name}.${process.pid}`);
  try {
    writeFileSync(
      join(workshop, 'go.mod'),
      `module tools\n\ngo 1.24\n\nrequire ${module} ${version}\n`,
    );
    const target = folder === '' ? module : `${module}/${folder}`;
    const what = `building ${name} ${version} with Go (minutes at the first time)`;
    const built = await run(what, 'go', ['build', '-mod=mod', '-o', beside, target], {
      folder: workshop,
      env: { GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
    });
    // In one step: the old program may be running.
    if (built) renameSync(beside, join(bin, name));
    return built;
  } finally {
    rmSync(beside, { force: true });
    rmSync(workshop, { recursive: true, force: true });
  }
}

function link(file, name) {
  mkdirSync(bin, { recursive: true });
  rmSync(join(bin, name), { force: true });
  symlinkSync(file, join(bin, name));
}

/** Installs Debian's package, and resolves to its program: Debian puts servers where not everybody's PATH leads. Null: it cannot. */
async function installDebian({ name, debian }) {
  if (debian === undefined || findOnPath('apt-get') === null || process.getuid?.() !== 0)
    return null;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', debian];
  await run('reading the Debian package lists', 'apt-get', ['update', '-q'], { env });
  await run(`installing Debian's ${name}`, 'apt-get', install, { env });
  const listed = spawnSync('dpkg', ['-L', debian], {
    encoding: 'utf8',
    env: { ...process.env, PATH: outerPath },
  });
  const files = (listed.stdout ?? '').split('\n');
  return files.find((file) => file.endsWith(`bin/${name}`) && existsSync(file)) ?? null;
}

/**
 * Installs a tool when it is not there. Resolves to a sentence about what went wrong, or null.
 * @param {import('./tools.mjs').Tool} tool
 */
export async function installTool(tool) {
  const { name, version, cure } = tool;
  const own = join(bin, name);
  const isThere = existsSync(own);
  const stamp = readStamp(tool);
  if (isThere && stamp.startsWith(`${version} `)) return null;
  if (findOnPath('go') !== null) {
    const isBuilt = isThere && stamp === '' && builtVersion(tool, own) === version;
    if (isBuilt || (await build(tool))) {
      writeStamp(tool, 'built by Go');
      return null;
    }
  }
  if (isThere) {
    say(`keeping the ${name} in .tools/bin, for ${version} could not be built`);
    return null;
  }
  const other = findOnPath(name) ?? (await installDebian(tool));
  if (other === null) return `${name} is missing: ${cure}`;
  say(`using ${other} (Lathe is tested with ${name} ${version})`);
  link(other, name);
  writeStamp(tool, `from ${other}`);
  return null;
}
