/** The npm packages of the lockfile. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './command.mjs';

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

/** Installs them when they are not there. Resolves to a sentence about what went wrong, or null. */
export async function installPackages() {
  if (packagesMatch()) return null;
  // Not `npm ci`: it refuses a lockfile without the optional packages of other systems, which is
  // what npm writes where the registry does not serve them. This takes the same locked versions.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // What CUDA needs is fetched where it is wanted (docs/devices.md). A line of .npmrc for it would make npm warn of it each time.
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const what = 'installing the npm packages of the lockfile';
  const installed = await run(what, 'npm', args, { env });
  return installed ? null : 'npm could not install the packages: see its message above';
}
