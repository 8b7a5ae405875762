/** What packages/row-reader takes for a sign of personal data in C stands wherever there is any, and nowhere where no sign is seen here. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { personalDataIn } from './personal-data.ts';
import { mayHoldPersonalData } from './plain-signs.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(root, 'packages/row-reader');
const names = ['personal-signs', 'sign-kinds', 'sign-masks', 'key-signs', 'number-signs'];
const sources = names.map((name) => join(folder, 'c', `${name}.c`));
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
const loose = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      { weight: 3, arbitrary: fc.constantFrom(...' abz.,:09') },
      fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => parts.join(''));

const piece = (texts: readonly string[]) => fc.constantFrom(...texts);
const filler = fc.oneof(
  fc.string({ unit: fc.constantFrom(...' .:-("\'=\u00e9\u00a0\u2026aeis'), maxLength: 26 }),
  fc.integer({ min: 20, max: 26 }).map((length) => ` ${'\u2026'.repeat(length - 1)}`),
);
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
/** Digits in groups with signs between them. */
const number = fc
  .array(
    fc.tuple(
      piece(['', '', '', ' ', '-', '.', ' (', ') ', '/']),
      fc.integer({ min: 1, max: 5 }).chain(digits),
    ),
    { minLength: 2, maxLength: 6 },
  )
  .map((parts) => parts.flat().join(''));
const phoneWords = [
  ...[
    'tel',
    'Telefon',
    'telephone',
    'PHONE',
    'mobile',
    'mobil',
    'handy',
    'cell',
    'fax',
    'call',
    'ring',
  ],
  ...['dial', 'whatsapp', 'sms', 'text', 'text me', 'reach us', 'anruf', 'anrufen', 'rufnummer'],
  ...[
    'erreichbar',
    'téléphone',
    'télephone',
    'portable',
    'móvil',
    'movil',
    'llama2',
    'llamadoabcdefghijklmnopqrstuvwxyz1y2',
  ],
  ...['numero di telefono', 'hotline', 'number is'],
];
const phone = fc
  .tuple(
    piece([...phoneWords, '+', '(+', '00', '']),
    filler,
    fc.oneof(number, fc.integer({ min: 7, max: 10 }).chain(digits)),
  )
  .map((all) => all.join(''));
const keyNames = [
  'api key',
  'Secret',
  'secret_key',
  'access token',
  'auth-token',
  'TOKEN',
  'passwd',
  'password',
  'pwd',
  'passwort',
  'bearer',
  'client secret',
];
const key = fc
  .tuple(
    piece(keyNames),
    piece(['', '"', "'"]),
    piece(['', ' is', ' IS']),
    piece(['', ' ', '  ', '\n', '\u00a0', '\u2028\t']),
    piece([':', '=', ' ', ': ', ':=', ' = ', '::=']),
    piece(['', ' ', '\u3000']),
    piece(['', '"', "'"]),
    fc.string({
      unit: fc.constantFrom(...'aB3dE5fG7hJ9kL1mN3x.=-_'),
      minLength: 12,
      maxLength: 40,
    }),
  )
  .map((all) => all.join(''));
const group = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEFg'), maxLength: 4 });
const address = fc.oneof(
  fc.array(group, { minLength: 2, maxLength: 9 }).map((groups) => groups.join(':')),
  fc
    .tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }))
    .map((sides) => sides.map((side) => side.join(':')).join('::')),
  fc
    .array(fc.integer({ min: 0, max: 300 }), { minLength: 4, maxLength: 5 })
    .map((parts) => parts.join('.')),
  piece(['127.0.0.1', '0.0.0.0', '10.127.0.0.1', '0.127.0.1']),
);
/** Numbers that are right. */
const right = piece([
  '4111 1111 1111 1111',
  '5500-0000-0000-0004',
  '378282246310005',
  '4222222222222',
  '123-45-6788',
  '219 09 9999',
  '(212) 555-1234',
  '(212)555.1234',
  '212-555-1234',
  '+436641234567',
  '+(43) 664 1234567',
  'DE89 3704 0044 0532 0130 00',
  '2001:db8::8a2e:370:7334',
  'anna@mail.org',
  'ä@mail.org',
  'sk-proj-abcdefghijklmnopqrstuvwx',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----',
]);
const text = fc.oneof(
  loose,
  fc
    .array(
      fc.oneof(
        phone,
        key,
        address,
        right,
        number,
        loose.map((each) => each.slice(0, 8)),
        piece([' ', '\n', '-', '.', ':', 'x', 'é']),
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((all) => all.join('')),
);

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

function isOfAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function run(command: string, args: readonly string[], input?: Buffer) {
  return spawnSync(command, args, { encoding: 'utf8', input });
}

/** Why nothing can be compiled here, for the name of the test. */
const withoutCompiler = run('cc', ['--version']).status === 0 ? '' : ' (no C compiler here)';

it.runIf(withoutCompiler === '')(
  `sees in C the signs of all personal data, and none where none is seen here, within its memory${withoutCompiler}`,
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
      (each) => Buffer.from(each),
    );
    const input = texts.flatMap((bytes) => [
      Buffer.from(Uint32Array.of(bytes.length).buffer),
      bytes,
    ]);
    const { status, stdout, stderr } = run(program, [], Buffer.concat(input));
    expect({ status, stderr }, `with seed ${seed}`).toEqual({ status: 0, stderr: '' });
    const isRight = (bytes: Buffer, at: number): boolean => {
      const isSeen = stdout[at] === '1';
      if (personalDataIn(bytes.toString()).length > 0) return isSeen;
      return !isSeen || !isOfAscii(bytes) || mayHoldPersonalData(bytes);
    };
    const wrong = texts.findIndex((bytes, at) => !isRight(bytes, at));
    expect(texts[wrong]?.toString(), `with seed ${seed}`).toBeUndefined();
    expect(stdout).toMatch(/1.*0/s);
  },
);
