import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file that other packages import: how an import says it, what it exports, and its examples. */
export type Door = {
  readonly name: string;
  readonly exported: readonly string[];
  readonly codes: string[];
};

/** The doors of every package below `root`. */
export function readDoors(root: string): Door[] {
  return globSync('packages/*/package.json', { cwd: root }).flatMap((manifest) => {
    const { name, exports } = JSON.parse(readFileSync(path.join(root, manifest), 'utf8'));
    return Object.entries(exports as Record<string, string>)
      .filter(([door]) => !door.startsWith('./internal/'))
      .flatMap(([door, target]) => {
        const pattern = path.join(path.dirname(manifest), target);
        return globSync(pattern, { cwd: root, exclude: ['**/*.test.ts'] }).map((file): Door => {
          const text = readFileSync(path.join(root, file), 'utf8');
          const exported = text.matchAll(
            /^export (?:async )?(?:abstract )?(?:function\*? ?|const |class |type |interface )(\w+)/gm,
          );
          const codes = text.matchAll(/^ \* @example((?:.*\n \*(?!\/))*.*\n) \*\//gm);
          return {
            name: `${name}${door.slice(1)}`.replace('*', path.basename(file, '.ts')),
            exported: [...exported].map(([, each = '']) => each),
            codes: [...codes].map(([, code = '']) => code.replaceAll(/^ \* ?/gm, '').trim()),
          };
        });
      });
  });
}

/** The doors without an example; a folder of doors needs one at one of them. */
export function doorsWithoutExample(doors: readonly Door[]): string[] {
  const open = new Map<string, boolean>();
  for (const { name, codes } of doors) {
    // contracts' folders are doors as a whole.
    const door = name.replace(/^(@lathe\/contracts\/\w+)\/.*/, '$1');
    open.set(door, open.get(door) === true || codes.length > 0);
  }
  return [...open].filter(([, has]) => !has).map(([door]) => door);
}
