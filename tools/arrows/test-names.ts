import path from 'node:path';
import { readImports } from './imports.ts';

/** A file of tests, or one that only tests use. */
export const testFile = /\.(test|fixture)\.ts$/;

/** Other names that such a file is given elsewhere. */
const otherName =
  /(^|\/)(testing|testdata|__\w+__|golden|mocks?|helpers?)\/|fixture|conformance|\b(mock|stub|fake|helper)s?\b/i;

/** The packages whose files are for the tests of others. */
const forTests = 'packages/testkit/';

/** What goes against the one rule for what only tests use, a sentence each: it is called `<subject>.fixture.ts`. */
export function testNameProblems(root: string): string[] {
  const { files, imports } = readImports(root);
  const users = new Map<string, string[]>();
  for (const { file, target } of imports)
    if (target !== undefined) users.set(target, [...(users.get(target) ?? []), file]);
  return files
    .filter((file) => !testFile.test(file) && !file.startsWith(forTests))
    .flatMap((file) => {
      const { dir, name, ext } = path.parse(file);
      if (otherName.test(file))
        return [`${file}: what only tests use is called <subject>.fixture.ts, beside them`];
      const from = users.get(file) ?? [];
      const isForTests =
        from.length > 0 &&
        from.every((user) => testFile.test(user) || user.startsWith(forTests)) &&
        !from.includes(`${dir}/${name}.test${ext}`);
      return isForTests
        ? [
            `${file}: only tests import it; call it ${name}.fixture${ext}, or test it in ${name}.test${ext}`,
          ]
        : [];
    });
}
