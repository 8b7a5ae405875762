import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { arrowProblems, type Table } from './problems.ts';

const table: Table = {
  houses: {
    'packages/base': { imports: [], npm: ['zod'] },
    'packages/engine': {
      imports: ['packages/base'],
      rooms: { graph: '', ops: 'graph', '.': 'graph', parity: 'ops graph' },
    },
    bench: { imports: ['packages/engine'], isInternal: true },
    scripts: { imports: ['packages/engine'] },
  },
  tests: ['packages/testkit'],
  owners: { minio: ['packages/engine/src/graph/store.ts'] },
};

/** A tree in which every row of the table has a file, with these files added. */
async function problemsWith(added: Record<string, string>, rows = table): Promise<string[]> {
  await using folder = await tempFolder();
  const files: Record<string, string> = {
    'packages/base/package.json': '{ "exports": { "./id": "./src/id.ts" } }',
    'packages/base/src/id.ts': "import { z } from 'zod';\n",
    'packages/engine/package.json': JSON.stringify({
      exports: { './value': './src/graph/value.ts', './internal/*': './src/*.ts' },
    }),
    'packages/engine/src/main.ts': "import { value } from './graph/value.ts';\n",
    'packages/engine/src/graph/value.ts': "import { id } from '@lathe/base/id';\n",
    'packages/engine/src/ops/add.ts': "import { value } from '../graph/value.ts';\n",
    'packages/engine/src/parity/replay.ts': "import { add } from '../ops/add.ts';\n",
    'bench/main.ts': "import { replay } from '@lathe/engine/internal/parity/replay';\n",
    'scripts/start.ts': "import { value } from '@lathe/engine/value';\n",
    ...added,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder.path, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return arrowProblems(folder.path, rows);
}

it('finds nothing in a tree that keeps to its table', async () => {
  expect(await problemsWith({})).toEqual([]);
});

it.each([
  [
    'a house that may not know another',
    'packages/base/src/a.ts',
    '@lathe/engine/value',
    'packages/base does not import packages/engine',
  ],
  [
    'a room that may not know another',
    'packages/engine/src/graph/a.ts',
    '../ops/add.ts',
    'graph does not import ops',
  ],
  [
    'the product that knows the parity room',
    'packages/engine/src/a.ts',
    './parity/replay.ts',
    '. does not import parity',
  ],
  [
    'a type that goes the wrong way',
    'packages/engine/src/graph/b.ts',
    '../ops/add.ts',
    'graph does not import ops',
  ],
  ['a path past the doors', 'scripts/a.ts', '../packages/engine/src/ops/add.ts', 'name a door'],
  ['a door that is not there', 'scripts/a.ts', '@lathe/engine/ops/add', 'no such door'],
  [
    'an inner door',
    'scripts/a.ts',
    '@lathe/engine/internal/ops/add',
    'inner doors are for bench and tests',
  ],
  [
    'an npm package that another file keeps',
    'packages/engine/src/ops/a.ts',
    'minio',
    'only packages/engine/src/graph/store.ts may',
  ],
  [
    'an npm package in a house held to few',
    'packages/base/src/a.ts',
    'pino',
    'packages/base keeps to zod',
  ],
  [
    'a help for tests in the product',
    'packages/engine/src/ops/a.ts',
    './small.fixture.ts',
    'belongs to the tests',
  ],
])('refuses %s', async (name, file, said, cure) => {
  const kind = name.startsWith('a type') ? 'import type' : 'import';
  const text = `${kind} {\n  one,\n} from '${said}';\n`;
  expect(await problemsWith({ [file]: text })).toEqual([
    expect.stringMatching(`^${file}: may not import ${said.replaceAll('.', '\\.')}; .*${cure}`),
  ]);
});

it('lets a test into the rooms beside it, into the testkit and through inner doors', async () => {
  const imports = ["'../parity/replay.ts'", "'@lathe/base/id'"];
  const text = imports.map((each) => `import {} from ${each};\n`).join('');
  expect(await problemsWith({ 'packages/engine/src/graph/a.test.ts': text })).toEqual([]);
});

it('names a file that no row is about, and a row that no file is about', async () => {
  expect(await problemsWith({ 'tools/a.ts': "import 'node:fs';\n" })).toEqual([
    'tools/a.ts: no row of the table of arrows is about it',
  ]);
  const houses = { ...table.houses, models: { imports: [] } };
  expect(await problemsWith({}, { ...table, houses })).toEqual([
    'the table of arrows has models: ., but no file is there',
  ]);
});

it('refuses a table whose rooms go in a circle', async () => {
  const engine = {
    imports: ['packages/base'],
    rooms: { graph: 'ops', ops: 'graph', '.': '', parity: '' },
  };
  const problems = await problemsWith(
    {},
    { ...table, houses: { ...table.houses, 'packages/engine': engine } },
  );
  expect(problems).toContain(
    'the table of arrows has packages/engine: graph, but ops is not above it',
  );
});
