import { existsSync } from 'node:fs';
import { join } from 'node:path';

type Entry = {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
};
export type Lockfile = { readonly packages: Readonly<Record<string, Entry>> };

/** What `npm install --omit=dev --workspace=…` puts under node_modules. */
export type Packages = {
  /** Folders of packages, relative to the repository: each without the node_modules inside it. */
  readonly folders: readonly string[];
  /** Links to workspaces: where the link stands, and the folder it points to. */
  readonly links: ReadonlyMap<string, string>;
};

/**
 * Walks the lockfile from one workspace along everything that it needs in production. Throws when
 * the lockfile lacks a package that something needs.
 */
export function productionPackages(lockfile: Lockfile, workspace: string, root: string): Packages {
  const folders = new Set<string>();
  const links = new Map<string, string>();
  const own = Object.entries(lockfile.packages).find(
    ([, entry]) => entry.link && entry.resolved === workspace,
  );
  if (own === undefined) throw new Error(`package-lock.json has no workspace ${workspace}.`);
  links.set(own[0], workspace);
  const open = [workspace];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    const entry = lockfile.packages[from] ?? {};
    for (const { name, optional } of needsOf(entry)) {
      const found = resolve(lockfile, from, name);
      if (found === undefined || (optional && !existsSync(join(root, found)))) {
        if (optional) continue;
        throw new Error(`package-lock.json has no ${name}, which ${from} needs.`);
      }
      const { link, resolved } = lockfile.packages[found] ?? {};
      if (link && resolved !== undefined) {
        if (!links.has(found)) open.push(resolved);
        links.set(found, resolved);
      } else if (!folders.has(found)) {
        folders.add(found);
        open.push(found);
      }
    }
  }
  return { folders: [...folders].sort(), links };
}

function needsOf(entry: Entry): { name: string; optional: boolean }[] {
  const optional = Object.keys(entry.optionalDependencies ?? {});
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => ({ name, optional: false })),
    ...peers.map((name) => ({ name, optional: false })),
    ...optional.map((name) => ({ name, optional: true })),
  ];
}

/** The entry that `name` means inside `from`: the nearest node_modules upwards, as Node looks. */
function resolve(lockfile: Lockfile, from: string, name: string): string | undefined {
  const parts = from.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    if (parts[depth - 1] === 'node_modules') continue;
    const path = [...parts.slice(0, depth), 'node_modules', name].join('/');
    if (path in lockfile.packages) return path;
  }
  return undefined;
}
