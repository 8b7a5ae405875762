/**
 * `npm run check:k8s [folder]`: checks deploy/k8s, or a copy of it, without a network or a cluster.
 * Prints one line a problem and exits 1 when there is any; tools/k8s/check.ts says what it looks at.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkManifests } from './k8s/check.ts';
import { overlaysIn } from './k8s/render.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const k8s = resolve(process.argv[2] ?? join(root, 'deploy', 'k8s'));
try {
  const problems = checkManifests(root, k8s);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${overlaysIn(k8s).join(', ')}: as they should be`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
