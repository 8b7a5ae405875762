import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const packageJson = join(import.meta.dirname, '../package.json');
/** Programs that need nothing of what set-up builds. */
const alone = ['make:tiny', 'layout'];

it('programs of a clone that is not set up, or was before a change, are set up first', async () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(packageJson, 'utf8')));
  const programs = Object.entries(scripts).filter(
    ([name, command]) =>
      /^(exec )?node (bench|packages|scripts|test)\/\S+\.ts/.test(command) && !alone.includes(name),
  );
  expect(programs.length).toBeGreaterThan(30);
  const unready = programs.filter(
    ([name]) => !scripts[`pre${name}`]?.startsWith('node scripts/setup.mjs'),
  );
  expect(unready.map(([name]) => name)).toEqual([]);
});
