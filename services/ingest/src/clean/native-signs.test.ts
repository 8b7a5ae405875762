/** What packages/row-reader takes for a sign of personal data in C is what is taken for one here. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mayHoldPersonalData } from './plain-signs.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(root, 'packages/row-reader');
const sources = ['personal-signs', 'sign-masks'].map((name) => join(folder, 'c', `${name}.c`));
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Random each time, and printed when it fails. */
const seed = Math.floor(Math.random() * 1e9);

const pieces = [
  ...[
    'anna@mail.org',
    ' @ ',
    'a@',
    '@b',
    '-----BEGIN PRIVATE KEY-----',
    'KEY',
    'KE',
    'Y',
    ':',
    '::',
  ],
  ...[
    'fe80::1',
    'a:b:c',
    ' : ',
    '12:34',
    'sk-',
    'ghp_',
    'AKIA',
    'eyJ',
    '=sk_',
    '.hf_',
    'key=',
    'DE89',
  ],
  ...[
    '+43 664 1234567',
    '(01) 5',
    '10.0.0.1',
    '3.14',
    '.5.',
    '123456',
    ' 1 2 3 4 5 6 7',
    'a1',
    'A12',
  ],
  ...['abcdefghijklmn', 'abcdefghijklmno', 'services/ingest/src', 'x'.repeat(70), '7'],
  ...[' ', '\n', '\t', '.', '/', '-', '_', '+', '=', '(', 'word', 'The', '#', '"', '\u007f'],
];
const text = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      { weight: 3, arbitrary: fc.constantFrom(...' abz.,:09') },
      fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => parts.join(''));

/** Texts of this repository. */
const written = globSync(['*.md', 'docs/*.md', 'services/ingest/src/clean/*.ts'], { cwd: root })
  .flatMap((file) => readFileSync(join(root, file), 'utf8').split(/(?<=\n\n)/))
  .filter((paragraph) => /^[\0-\x7f]+$/.test(paragraph));

/** Runs over many blocks of C, with a secret's name and without, and a digit at the beginning, in the middle, at the end and nowhere. */
const longRun = 'international/development.of-'.repeat(200);
const middle = longRun.length / 2;
const longRuns = ['', ' the key'].flatMap((named) =>
  [
    longRun,
    `7${longRun}`,
    `${longRun.slice(0, middle)}7${longRun.slice(middle)}`,
    `${longRun}7`,
  ].flatMap((each) => [0, 1, 49, 50, 63].map((blanks) => `${' '.repeat(blanks)}${each}${named}`)),
);

function run(command: string, args: readonly string[], input?: Buffer) {
  return spawnSync(command, args, { encoding: 'utf8', input });
}

/** Why nothing can be compiled here, for the name of the test. */
const withoutCompiler = run('cc', ['--version']).status === 0 ? '' : ' (no C compiler here)';

it.runIf(withoutCompiler === '')(
  `sees in C the signs of personal data that are seen here, within its memory${withoutCompiler}`,
  { timeout: 120_000 },
  async () => {
    await using place = await tempFolder();
    const program = join(place.path, 'signs');
    const built = run('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', ...checks, '-I', join(folder, 'c')],
      ...[join(folder, 'src/personal-signs.fixture.c'), ...sources, '-o', program],
    ]);
    expect(built.stderr).toBe('');
    const texts = ['', ...longRuns, ...written, ...fc.sample(text, { seed, numRuns: 20_000 })].map(
      (each) => Buffer.from(each, 'latin1'),
    );
    const input = texts.flatMap((bytes) => [
      Buffer.from(Uint32Array.of(bytes.length).buffer),
      bytes,
    ]);
    const { status, stdout, stderr } = run(program, [], Buffer.concat(input));
    expect({ status, stderr }, `with seed ${seed}`).toEqual({ status: 0, stderr: '' });
    const wrong = texts.findIndex(
      (bytes, at) => mayHoldPersonalData(bytes) !== (stdout[at] === '1'),
    );
    expect(texts[wrong]?.toString('latin1'), `with seed ${seed}`).toBeUndefined();
    expect(stdout).toMatch(/1.*0/s);
  },
);
