import { existsSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import dockerignore, { type Ignore } from '@balena/dockerignore';
import {
  parseDockerfile,
  type Stage,
  type Step,
  stageOf,
  stepsOf,
  variablesOf,
} from './dockerfile.ts';
import { type Lockfile, productionPackages } from './packages.ts';

export type Layout = {
  /** The command that the target starts, with paths relative to the tree. */
  readonly entrypoint: readonly string[];
  /** Variables that the image sets. */
  readonly variables: Readonly<Record<string, string>>;
};

const workingFolder = '/srv/lathe/';
const packagesInImage = `${workingFolder}node_modules`;

/** The stages of our Dockerfile. */
export function readStages(root: string): Map<string, Stage> {
  return parseDockerfile(readFileSync(join(root, 'deploy', 'docker', 'Dockerfile'), 'utf8'));
}

/**
 * Lays out in `folder` (made if missing, emptied if not) the tree that a target of the Dockerfile
 * has in its working folder, without a container engine: sources as its COPY lines and
 * .dockerignore say, packages as its `npm install` line would install them, from those installed
 * here. Files outside the working folder are not laid out. Throws on a line it cannot follow.
 */
export async function layOut(root: string, target: string, folder: string): Promise<Layout> {
  const stages = readStages(root);
  const { entrypoint } = stageOf(stages, target);
  if (entrypoint === null) throw new Error(`The target "${target}" starts nothing.`);
  const ignore = dockerignore.default().add(readFileSync(join(root, '.dockerignore'), 'utf8'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const step of stepsOf(stages, target)) {
    if (step.kind !== 'copy') continue;
    if (step.from === null) await copySources(step, { root, folder, ignore });
    else if (step.sources[0] === packagesInImage)
      await copyPackages(stepsOf(stages, step.from), { root, folder });
    else await copyBuilt(step, { root, folder });
  }
  return { entrypoint, variables: variablesOf(stages, target) };
}

async function copySources(
  step: Step & { kind: 'copy' },
  { root, folder, ignore }: { root: string; folder: string; ignore: Ignore },
): Promise<void> {
  for (const source of step.sources) {
    const from = join(root, source);
    if (!existsSync(from)) throw new Error(`The Dockerfile copies ${source}, which is missing.`);
    await cp(from, join(folder, step.to), {
      recursive: true,
      // A folder may be ignored while something in it is not, so only files are asked about.
      filter: (path) => {
        const name = relative(root, path).split(sep).join('/');
        return (
          name.split('/').at(-1) !== 'node_modules' &&
          (statSync(path).isDirectory() || !ignore.ignores(name))
        );
      },
    });
  }
}

/** What a stage of its own builds, as set-up has built it here; what comes from elsewhere is not of the tree. */
async function copyBuilt(
  step: Step & { kind: 'copy' },
  { root, folder }: { root: string; folder: string },
): Promise<void> {
  for (const source of step.sources) {
    if (!source.startsWith(workingFolder)) continue;
    const from = join(root, source.slice(workingFolder.length));
    if (!existsSync(from)) throw new Error(`${relative(root, from)} is not built: npm run setup.`);
    await cp(from, join(folder, step.to), { recursive: true });
  }
}

async function copyPackages(
  steps: readonly Step[],
  { root, folder }: { root: string; folder: string },
): Promise<void> {
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  const removed: string[] = steps.flatMap((step) => (step.kind === 'remove' ? step.paths : []));
  const isRemoved = (path: string) =>
    removed.some((each) => path === each || path.startsWith(`${each}/`));
  for (const step of steps) {
    if (step.kind !== 'install') continue;
    const { folders, links } = productionPackages(lockfile, step.workspace, root);
    for (const name of folders)
      if (!isRemoved(name))
        await cp(join(root, name), join(folder, name), {
          recursive: true,
          filter: (path) => {
            const inside = relative(root, path).split(sep).join('/');
            return inside !== `${name}/node_modules` && !isRemoved(inside);
          },
        });
    for (const [place, workspace] of links)
      if (!isRemoved(place)) {
        const link = join(folder, place);
        await mkdir(dirname(link), { recursive: true });
        await symlink(relative(dirname(link), join(folder, workspace)), link);
      }
  }
}
