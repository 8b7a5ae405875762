import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, chown, constants, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The user of the images (deploy/docker/Dockerfile). */
export const imageUser = 10001;

export type Sandbox = {
  /** Folder that holds everything below. */
  readonly folder: string;
  readonly node: string;
  /** Whether we may become another user and make mounts of our own. */
  readonly asRoot: boolean;
};

export type Started = AsyncDisposable & {
  /** The folder that it gets as LATHE_DATA. */
  readonly dataFolder: string;
  /** What it wrote so far. */
  output(): string;
  /** Its exit code or signal; null while it runs. */
  ended(): number | NodeJS.Signals | null;
  /** Asks it to stop, as Kubernetes does, and resolves to its exit code. */
  stop(): Promise<number | NodeJS.Signals>;
};

/** Sets up a folder that the images' user can reach, with a copy of this Node in it. */
export async function createSandbox(folder: string): Promise<Sandbox> {
  const asRoot =
    process.getuid?.() === 0 &&
    spawnSync('unshare', ['--mount', 'true']).status === 0 &&
    spawnSync('setpriv', ['--version']).status === 0;
  const node = join(folder, 'node');
  await chmod(folder, 0o755);
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
  await chmod(node, 0o755);
  return { folder, node, asRoot };
}

/** Takes write permission from everyone on the folders of a tree, so that nothing can be added. */
export async function makeReadOnly(tree: string): Promise<void> {
  for (const entry of await readdir(tree, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o555);
  await chmod(tree, 0o555);
}

/** Gives it back, so that the folder can be removed. */
export async function makeWritable(tree: string): Promise<void> {
  await chmod(tree, 0o755);
  for (const entry of await readdir(tree, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
}

/** In a mount namespace of its own: everything read-only but the two folders, then the images' user. */
const confine = `set -e
data=$1 scratch=$2; shift 2
mount --make-rprivate /
mount --bind "$data" "$data"
mount --bind "$scratch" "$scratch"
mount --bind "$PWD" "$PWD"
mount -o remount,bind,ro "$PWD"
mount -o remount,bind,ro /
cd "$PWD"
exec setpriv --reuid ${imageUser} --regid ${imageUser} --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all "$@"`;

/**
 * Starts a command in a tree with a read-only root and as a user other than root. It can write to
 * two new folders only, which it gets as LATHE_DATA and TMPDIR.
 */
export async function startConfined(
  { folder, node, asRoot }: Sandbox,
  name: string,
  options: {
    readonly tree: string;
    readonly entrypoint: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Started> {
  const data = join(folder, `${name}-data`);
  const scratch = join(folder, `${name}-tmp`);
  for (const writable of [data, scratch]) {
    await mkdir(writable, { recursive: true });
    if (asRoot) await chown(writable, imageUser, imageUser);
  }
  const [program, ...args] = options.entrypoint;
  if (program !== 'node') throw new Error(`The entry point starts ${program}, not node.`);
  const command = [node, ...args];
  // What else the image has in its data folder is in this one.
  const { LATHE_DATA: inImage } = options.env;
  const env = Object.entries(options.env).map(([name, value]) => [
    name,
    inImage !== undefined && value.startsWith(`${inImage}/`)
      ? data + value.slice(inImage.length)
      : value,
  ]);
  const [first = '', ...rest] = asRoot
    ? ['unshare', '--mount', 'sh', '-c', confine, 'confine', data, scratch, ...command]
    : command;
  const child = spawn(first, rest, {
    cwd: options.tree,
    env: {
      PATH: process.env.PATH,
      ...Object.fromEntries(env),
      ...{ LATHE_DATA: data, TMPDIR: scratch },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return Object.assign(follow(child), { dataFolder: data });
}

function follow(child: ChildProcess): Omit<Started, 'dataFolder'> {
  let output = '';
  let how: number | NodeJS.Signals | null = null;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
    });
  const closed = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      how = code ?? signal ?? 1;
      resolve(how);
    });
  });
  const stop = (): Promise<number | NodeJS.Signals> => {
    child.kill('SIGTERM');
    return closed;
  };
  return {
    output: () => output,
    ended: () => how,
    stop,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
