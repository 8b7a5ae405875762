import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { testNameProblems } from './test-names.ts';

async function problemsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  await using folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder.path, 'packages/a/src', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return testNameProblems(folder.path);
}

it('lets tests have fixtures, and test a file that nobody imports yet', async () => {
  const files = {
    'add.test.ts': "import { add } from './add.ts';\nimport { sums } from './sums.fixture.ts';\n",
    'add.ts': "import { one } from './one.ts';\n",
    'one.ts': '',
    'one.test.ts': "import { one } from './one.ts';\n",
    'sums.fixture.ts': '',
  };
  expect(await problemsOf(files)).toEqual([]);
});

it.each([
  'sums-fixture.ts',
  'fixture-sums.ts',
  'conformance.ts',
  'testing/sums.ts',
  'helpers/sums.ts',
  '__mocks__/sums.ts',
])('refuses the name %s', async (name) => {
  expect(await problemsOf({ [name]: '' })).toEqual([
    `packages/a/src/${name}: what only tests use is called <subject>.fixture.ts, beside them`,
  ]);
});

it('refuses a plain name for what only tests import', async () => {
  const files = {
    'add.test.ts': "import { sums } from './sums.ts';\n",
    'sums.ts': '',
  };
  expect(await problemsOf(files)).toEqual([
    'packages/a/src/sums.ts: only tests import it; call it sums.fixture.ts, or test it in sums.test.ts',
  ]);
});
