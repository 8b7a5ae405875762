import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** One import: the file that imports, what it says, and the file of ours that it means. */
export type Import = {
  readonly file: string;
  readonly said: string;
  /** Left out for what is not ours, and for a door that a package does not have. */
  readonly target?: string;
};

const importing =
  /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'/gm;
const manifestSchema = z.object({ exports: z.record(z.string(), z.string()).default({}) });

/** The source files of a folder and all that they import; a type's import counts. */
export function readImports(root: string): { files: string[]; imports: Import[] } {
  const houses = '{packages,services,cli,scripts,tools,bench,test,models,examples,load}';
  const files = globSync(`${houses}/**/*.{ts,tsx,mjs}`, {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  }).sort();
  const doors = new Map<string, Record<string, string>>();
  const imports = files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(importing)].map((match): Import => {
      const said = match.slice(1).find((part) => part !== undefined) ?? '';
      const target = said.startsWith('.') ? path.join(path.dirname(file), said) : behind(said);
      return { file, said, ...(target === undefined ? {} : { target }) };
    });
  });
  return { files, imports };

  /** The file behind a package's door. */
  function behind(said: string): string | undefined {
    const [scope, name = '', ...rest] = said.split('/');
    const folder = ['packages', 'services']
      .map((place) => `${place}/${name}`)
      .find((each) => existsSync(path.join(root, each, 'package.json')));
    if (scope !== '@lathe' || folder === undefined) return undefined;
    if (!doors.has(folder)) {
      const manifest = readFileSync(path.join(root, folder, 'package.json'), 'utf8');
      doors.set(folder, manifestSchema.parse(JSON.parse(manifest)).exports);
    }
    const door = `./${rest.join('/')}`;
    for (const [pattern, file] of Object.entries(doors.get(folder) ?? {})) {
      const [start = '', end] = pattern.split('*');
      if (end === undefined ? door !== pattern : !door.startsWith(start)) continue;
      return path.join(folder, file.replace('*', door.slice(start.length)));
    }
    return undefined;
  }
}
