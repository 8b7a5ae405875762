/**
 * Prepares a clone: npm packages from the lockfile and a pinned nats-server in .tools/bin.
 *
 * Plain JavaScript without dependencies, for any Node from 20 on, because it runs before anything
 * is installed. It looks first and does only what is missing: a second run takes well under a second.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const natsVersion = '2.14.9';
const oldestNode = 20;
const root = fileURLToPath(new URL('..', import.meta.url));
const toolsBin = join(root, '.tools', 'bin');
const ownNats = join(toolsBin, 'nats-server');
/** Says for which pinned version `go install` failed, so that not every start tries it again. */
const fallbackNote = join(root, '.tools', 'nats-server-from-path');
/** PATH without our own node_modules, which npm is about to replace. */
const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== '' && !resolve(folder).startsWith(join(root, 'node_modules')))
  .join(delimiter);

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

/**
 * Runs a command while saying every ten seconds that it still runs. Its output is shown only when
 * it fails. Resolves to whether it succeeded.
 */
function run(what, command, args, env = {}) {
  const begun = performance.now();
  const seconds = () => `${Math.round((performance.now() - begun) / 1000)} s`;
  say(`${what} ...`);
  const timer = setInterval(() => say(`${what} ... ${seconds()}`), 10_000);
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: outerPath, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (problem) => {
      clearInterval(timer);
      if (problem === null) say(`${what}: done in ${seconds()}`);
      else say(`${what}: failed after ${seconds()} (${problem})\n${output.trimEnd()}`);
      settle(problem === null);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(code === 0 ? null : (signal ?? `exit ${code}`)));
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Whether what npm says it installed is what the lockfile wants; optional packages may be missing. */
function packagesMatch() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/')) continue;
    const found = installed[path];
    if (found === undefined) {
      if (entry.optional || entry.devOptional || entry.peer) continue;
      return false;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) return false;
    if (entry.link && !existsSync(join(root, path, 'package.json'))) return false;
  }
  return existsSync(join(root, 'node_modules', '.bin', 'node'));
}

async function installPackages() {
  if (packagesMatch()) return;
  // Not `npm ci`: it refuses a lockfile without the optional packages of other systems, which is
  // what npm writes where the registry does not serve them. This takes the same locked versions.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!(await run('installing the npm packages of the lockfile', 'npm', args)))
    fail('npm could not install the packages: see its message above, then run npm run setup.');
}

/** The version that a nats-server binary reports, or null when it does not run. */
function versionOf(binary) {
  const answer = spawnSync(binary, ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: outerPath },
  });
  return /v?(\d+\.\d+\.\d+)/.exec(answer.stdout ?? '')?.[1] ?? null;
}

function isOnPath(command) {
  return outerPath.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

async function installNats() {
  const own = existsSync(ownNats) ? versionOf(ownNats) : null;
  if (own === natsVersion) return;
  const noted = existsSync(fallbackNote) ? readFileSync(fallbackNote, 'utf8') : '';
  if (noted === natsVersion && isOnPath('nats-server')) return;
  if (isOnPath('go') && (await buildNats())) return;
  if (own !== null) return say(`keeping nats-server ${own}; ${natsVersion} could not be built`);
  if (!isOnPath('nats-server')) await installDebianNats();
  const version = versionOf('nats-server');
  if (version === null)
    fail(
      `nats-server is missing: install Go (https://go.dev/dl) or nats-server ${natsVersion} (https://nats.io/download), then run npm run setup.`,
    );
  say(`using nats-server ${version} from PATH (${natsVersion} is what Lathe is tested with)`);
  mkdirSync(join(root, '.tools'), { recursive: true });
  writeFileSync(fallbackNote, natsVersion);
}

async function buildNats() {
  mkdirSync(toolsBin, { recursive: true });
  const module = `github.com/nats-io/nats-server/v2@v${natsVersion}`;
  const built = await run(
    `building nats-server ${natsVersion} with Go`,
    'go',
    ['install', module],
    {
      GOBIN: toolsBin,
      GOFLAGS: '',
      CGO_ENABLED: '0',
    },
  );
  rmSync(fallbackNote, { force: true });
  return built && versionOf(ownNats) === natsVersion;
}

async function installDebianNats() {
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) return;
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', 'nats-server'];
  await run('reading the Debian package lists', 'apt-get', ['update', '-q'], quiet);
  await run("installing Debian's nats-server", 'apt-get', install, quiet);
}

if (Number(process.versions.node.split('.')[0]) < oldestNode)
  fail(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer.`);
await Promise.all([installPackages(), installNats()]);
