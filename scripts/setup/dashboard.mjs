/** The dashboard's files, which the gateway serves: built again when something that they are made of is another. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run } from './command.mjs';

const folder = join(root, 'services', 'gateway', 'web');
/** Words that the pages share with the gateway's own. */
const words = join(root, 'packages', 'contracts', 'src', 'words');
const built = join(folder, 'dist');
const stampFile = join(built, 'stamp');

/** What the files are made of, as one hash. */
function stampNow() {
  const hash = createHash('sha256');
  const sources = [folder, words]
    .filter((each) => existsSync(each))
    .flatMap((each) => readdirSync(each, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.startsWith(built) && !file.includes('node_modules'))
    .sort();
  const others = ['package-lock.json', 'examples/support-routing.jsonl'];
  const files = [...sources, ...others.map((name) => join(root, name))];
  for (const file of files)
    if (existsSync(file)) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds them when they are not there or old. Resolves to a sentence about what went wrong, or null. */
export async function buildDashboard() {
  if (!existsSync(join(folder, 'index.html'))) return null;
  const stamp = stampNow();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return null;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = join(folder, 'vite.config.ts');
  const args = [vite, 'build', folder, '--config', config, '--logLevel', 'warn'];
  // The Node that the project brings, which reads the TypeScript of the configuration.
  const node = join(root, 'node_modules', '.bin', 'node');
  if (!(await run('building the dashboard', node, args)))
    return 'the dashboard could not be built: see the message above';
  writeFileSync(stampFile, stamp);
  return null;
}
