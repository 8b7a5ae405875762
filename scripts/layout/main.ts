/** `npm run layout -- <target> <folder>`: the tree of one image, without a container engine. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { targetsOf } from './dockerfile.ts';
import { layOut, readStages } from './lay-out.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [target, folder] = process.argv.slice(2);
if (target === undefined || folder === undefined) {
  const targets = targetsOf(readStages(root)).join(', ');
  console.error(`Usage: npm run layout -- <target> <folder>, with a target of ${targets}.`);
  process.exit(1);
}
try {
  const { entrypoint } = await layOut(root, target, resolve(folder));
  console.log(`${target} is laid out in ${folder}; it starts with: ${entrypoint.join(' ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
