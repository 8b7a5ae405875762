/** What packages/row-reader finds in C of texts and chats is what is found here, in every number, with each set of instructions. */
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { tempFolder } from '@lathe/testkit/temp-folder';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { characterNumbers } from '../clean/character-numbers.ts';
import { askedOf, likenessOf, rowWords } from '../clean/look.ts';
import { bandsOf } from '../clean/minhash.ts';
import { shinglesOfWords } from '../clean/shingles.ts';
import { mix, wordHashes } from '../clean/words.ts';
import { groupWords } from '../group-words.ts';
import { groupOf, identityOf } from '../kinds/row-kinds.ts';
import { hash } from '../pack/split.ts';
import { plainPrompt } from '../plain-prompt.ts';
import { type Chat, chat, text } from './hostile-chats.fixture.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(root, 'packages/row-reader');
const parts =
  /^(?:byte-classes|character-bits|characters|row-words|group-words|identity|instructions|minhash|operators|known-characters|near-texts|phrases|plain-prompt|row-look|runs|sha256|shingles|word-hashes|workspace)\.c$/;
const sources = readdirSync(join(folder, 'c'))
  .filter((name) => parts.test(name))
  .map((name) => join(folder, 'c', name));
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Random each time, and printed when it fails. */
const seed = Math.floor(Math.random() * 1e9);
/** Sets of instructions.h: none, each by itself, and all that there are here. */
const instructions = [0, 1, 2, 4, 0xff];

/** A question to the program: what is written to it, and what it is to answer. */
type Case = { readonly asked: Buffer; readonly answer: string };

const numbers = (...given: readonly number[]) => Buffer.from(Uint32Array.from(given).buffer);
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const listed = (name: string, given: Iterable<number>) => [name, ...given].join(' ');

function textCase(text: string): Case {
  const answer = ` ${listed('words', wordHashes(text))} group ${hex(groupWords(text))} plain ${hex(plainPrompt(text))} hash ${hash(text)}`;
  return { asked: Buffer.concat([Buffer.from('t'), numbers(text.length), ascii(text)]), answer };
}

function wordsCase(words: readonly number[]): Case {
  const shingles = shinglesOfWords(Uint32Array.from(words));
  const answer = ` ${listed('shingles', shingles)} ${listed('bands', bandsOf(shingles))}`;
  return { asked: Buffer.concat([Buffer.from('w'), numbers(words.length, ...words)]), answer };
}

type Completion = Extract<CanonicalRow, { readonly kind: 'completion' }>;

/** `kind`: c of a row of ASCII, u of one of known characters. */
function identityCase(row: Chat | Completion, kind = 'c'): Case {
  const contents =
    row.kind === 'chat' ? row.messages.map(({ content }) => content) : [row.prompt, row.completion];
  const places = [0];
  for (const content of contents) places.push((places.at(-1) ?? 0) + Buffer.byteLength(content));
  const json = row.kind === 'chat' ? JSON.stringify(row.messages).slice(1, -1) : '';
  const ends = contents.map((_, at) =>
    row.kind === 'chat' ? Buffer.byteLength(JSON.stringify(row.messages.slice(0, at + 1))) - 2 : 0,
  );
  const { prompt, answer } = identityOf(row);
  const asked = askedOf(row) ?? '';
  const { shingles, bands } = likenessOf(row);
  const hashes = [
    `${asked}\u0000${answer}`,
    prompt,
    plainPrompt(prompt),
    groupOf(row),
    answer,
    asked,
  ].map(hash);
  return {
    asked: Buffer.concat([
      ...[Buffer.from(kind), numbers(contents.length, ...places, ...ends)],
      ...[Buffer.from(contents.join('')), Buffer.from(json)],
    ]),
    answer: ` room 0 -1 ${listed('hashes', hashes)} ${listed('bands', bands)} ${listed('shingles', shingles)}`,
  };
}

/** Both halves of the numbers of all phrases (clean/phrases.ts), by definition. */
function phrasesOf(words: Uint32Array): number[] {
  return [13, 8].flatMap((length) =>
    Array.from({ length: Math.max(0, words.length - length + 1) }, (_, from) => {
      const half = (factor: number) =>
        words.subarray(from, from + length).reduce((sum, word) => Math.imul(sum, factor) + word, 0);
      return [mix(half(0x01000193) + length), mix(half(0x9e3779b1)) >>> 11];
    }).flat(),
  );
}

/** A row as it is stored, and whether it is one that is read in C. */
type Stored = { readonly json: string; readonly isPlain: boolean };

function rowsCase(rows: readonly Stored[]): Case {
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let answer = ' told 0';
  let seen = '';
  let words = 0;
  for (const { json, isPlain } of rows) {
    text += '1 ';
    starts.push(Buffer.byteLength(text));
    text += `${json}\n`;
    ends.push(Buffer.byteLength(text) - 1);
    if (!isPlain) {
      answer += ' row -1 -1 words shingles';
      seen += ' near -2 phrases';
    } else {
      const row = JSON.parse(json) as CanonicalRow;
      const { asked, all } = rowWords(row);
      words += all.length;
      seen += ` near -1 ${listed('phrases', phrasesOf(asked))}`;
      answer += ` row ${row.line} ${asked.length} ${listed('words', all)} ${listed('shingles', shinglesOfWords(all))}`;
    }
  }
  if (words > 0) answer += ' less -1';
  answer += `${seen} told 0`;
  const bytes = Buffer.from(text);
  return {
    asked: Buffer.concat([
      ...[Buffer.from('r'), numbers(rows.length, bytes.length, ...starts, ...ends), bytes],
    ]),
    answer,
  };
}

const ascii = (text: string) => Buffer.from(text, 'latin1');

const plainRow = (row: object): Stored => ({ json: JSON.stringify(row), isPlain: true });
const otherRow = (json: string): Stored => ({ json, isPlain: false });
const replaced = (row: Chat, last: object) => ({
  ...row,
  messages: [...row.messages.slice(0, -1), last],
});
/** Characters that are known or refused. */
const others =
  '…×÷−⋅§©°·–—‘’“”•€äÉßÀʼﬁᵀˣяЖσςΣЁ→←≥√⁻²³¹½Ⅷ٣𝒜𝟙𐐀中は한İıſǅ\u0301\u00a0ー：（｜𝛁😀\u200d';
/** As `characterNumbers` tells it, where a capital sigma stands apart. */
const refusedOnes = [...others].filter(
  (each) => characterNumbers(each.codePointAt(0) as number).length === 0,
);
const isKnown = (content: string) =>
  !refusedOnes.some((each) => content.includes(each)) &&
  !/[A-Za-z.:^'`\u0080-\u{10ffff}]Σ/u.test(content);
const isKnownChat = (row: Chat) => row.messages.every(({ content }) => isKnown(content));
/** A row in which characters beyond ASCII stand for some of the others; mostly known ones. */
const withOthers = (row: Chat): Chat => {
  let next = row.line;
  const known = [...others].filter((each) => !refusedOnes.includes(each));
  const all = row.line % 4 === 0 ? [...others] : known;
  const content = (said: string) =>
    said.replaceAll(/[-+*/.,'"=aBof7]/g, (sign) => {
      next = (next * 31 + 7) % 1_000_003;
      return next % 3 !== 0 ? sign : (all[next % all.length] ?? sign);
    });
  return {
    ...row,
    messages: row.messages.map((each) => ({ ...each, content: content(each.content) })),
  };
};
const knownRow = (row: Chat): Stored => ({ json: JSON.stringify(row), isPlain: isKnownChat(row) });

function characterCase(character: string): Case {
  const code = character.codePointAt(0) as number;
  const told = characterNumbers(code);
  const asked = Buffer.concat([
    Buffer.from('k'),
    numbers(code, told.length),
    Buffer.from(told.buffer),
  ]);
  return { asked, answer: '' };
}
/** What a chat says last, and what stands before, as one that goes on from a text. */
const completionOf = ({ line, messages }: Chat): Completion => ({
  ...{ kind: 'completion', line },
  prompt: messages
    .slice(0, -1)
    .map(({ content }) => content)
    .join('\n'),
  completion: messages.at(-1)?.content ?? '',
});
const isKnownCompletion = ({ prompt, completion }: Completion) =>
  isKnown(prompt) && isKnown(completion);
const knownCompletion = (row: Chat): Stored => {
  const made = completionOf(withOthers(row));
  return { json: JSON.stringify(made), isPlain: isKnownCompletion(made) };
};
const changed = (row: Chat, change: Partial<Completion>) => ({ ...completionOf(row), ...change });
/** Forms of a row, as they may wait in the spool. */
const forms: readonly ((row: Chat) => Stored)[] = [
  plainRow,
  plainRow,
  (row) => plainRow({ ...row, examples: row.messages.length }),
  (row) => plainRow(replaced(row, { role: 'assistant', content: '' })),
  (row) => plainRow(replaced(row, { role: 'assistant', content: ' a\f\b "b" \u007f\\' })),
  (row) => plainRow(replaced(row, { role: 'assistant', content: '…×÷−⋅§©°·–—‘’“”•€' })),
  (row) => knownRow(withOthers(row)),
  (row) => knownRow(withOthers(row)),
  (row) => otherRow(JSON.stringify({ ...row, tools: [] })),
  (row) => otherRow(JSON.stringify({ ...row, group: 'a' })),
  (row) =>
    otherRow(JSON.stringify(replaced(row, { role: 'assistant', content: '', tool_calls: [] }))),
  (row) => otherRow(JSON.stringify(replaced(row, { role: 'assistant', content: 'e\u0301' }))),
  (row) => otherRow(JSON.stringify(replaced(row, { role: 'assistant', content: '\u0001' }))),
  (row) => otherRow(JSON.stringify(replaced(row, { role: 'user', content: 'and then' }))),
  (row) =>
    otherRow(
      JSON.stringify({ ...row, messages: row.messages.filter(({ role }) => role !== 'user') }),
    ),
  (row) => otherRow(JSON.stringify({ ...row, messages: [] })),
  (row) => otherRow(JSON.stringify({ ...row, kind: 'prompt' })),
  (row) => otherRow(JSON.stringify(row).replace('"content"', '"content" ')),
  (row) => otherRow(JSON.stringify(row).replace('"}', '\\/"}')),
  (row) => otherRow(JSON.stringify(row).slice(0, -row.messages.length)),
  (row) => otherRow(`${JSON.stringify(row)} `),
  (row) => plainRow(completionOf(row)),
  (row) => plainRow(completionOf(row)),
  (row) => plainRow(changed(row, { prompt: '' })),
  (row) => plainRow(changed(row, { completion: ' \n - ' })),
  (row) => plainRow(changed(row, { completion: ' a\f\b "b" \u007f\\' })),
  knownCompletion,
  knownCompletion,
  (row) => otherRow(JSON.stringify({ ...completionOf(row), group: 'a' })),
  (row) => otherRow(JSON.stringify({ ...completionOf(row), examples: 2 })),
  (row) => otherRow(JSON.stringify(changed(row, { prompt: '\u0001' }))),
  (row) => otherRow(JSON.stringify(changed(row, { completion: 'e\u0301' }))),
  (row) => otherRow(JSON.stringify({ ...completionOf(row), completion: 7 })),
  (row) => otherRow(JSON.stringify(completionOf(row)).replace('"prompt"', '"text"')),
  (row) => otherRow(JSON.stringify(completionOf(row)).slice(0, -row.messages.length)),
  (row) => otherRow(`${JSON.stringify(completionOf(row))} `),
  () => otherRow(''),
  () => otherRow('{"kind":"chat","line":1,"messages":[{"role":"user","content":"\\'),
  () => otherRow('{"kind":"completion","line":1,"prompt":"a","completion":"\\'),
];
const stored = fc.tuple(chat, fc.constantFrom(...forms)).map(([row, form]) => form(row));

/** Texts of this repository. */
function* realTexts(): Generator<string> {
  const files = globSync(['*.md', 'docs/*.md', 'services/ingest/src/clean/*.ts'], { cwd: root });
  for (const file of files.sort())
    for (const paragraph of readFileSync(join(root, file), 'utf8').split(/(?<=\n\n)/))
      if (!/[^\n\r\t\x20-\x7e]/.test(paragraph) && paragraph.trim() !== '') yield paragraph;
}

function realCases(): Case[] {
  const texts = [...realTexts()].slice(0, 600);
  const chats = texts.map(
    (asked, line): Chat => ({
      ...{ kind: 'chat', line },
      messages: [
        { role: 'user', content: asked },
        {
          role: 'assistant',
          content: ` ${texts[(7 * line) % texts.length]}${texts[(11 * line) % texts.length]}`,
        },
      ],
    }),
  );
  return [
    ...texts.map(textCase),
    ...chats.map((row) => identityCase(row)),
    rowsCase(chats.map(plainRow)),
    rowsCase(chats.map((row) => plainRow(completionOf(row)))),
  ];
}

const longRow = (length: number): Chat => ({
  ...{ kind: 'chat', line: length },
  messages: [
    { role: 'user', content: 'a b c' },
    { role: 'assistant', content: 'word '.repeat(length / 5) },
  ],
});

function longCases(): Case[] {
  const words = (count: number) =>
    Array.from({ length: count }, (_, at) => `word${at * at}`).join(' ');
  const spread = (count: number) =>
    Array.from({ length: count }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 0);
  const texts = [
    words(5000),
    '1+'.repeat(3000),
    '-'.repeat(5000),
    '. '.repeat(5000),
    '12345678'.repeat(900),
    ' '.repeat(5000),
  ];
  return [
    ...texts.map(textCase),
    ...[0, 1, 4, 5, 6, 15, 16, 17, 1023, 1027, 1028, 1029, 4099, 4100, 4101, 9000].map((count) =>
      wordsCase(spread(count)),
    ),
    ...[3, 700, 6000].map((count) => wordsCase(new Array<number>(count).fill(7))),
    identityCase({
      ...{ kind: 'chat', line: 1 },
      messages: [
        { role: 'user', content: words(5000) },
        { role: 'assistant', content: words(4000) },
      ],
    }),
    rowsCase([]),
    rowsCase([
      plainRow(longRow(500_000)),
      otherRow(JSON.stringify(longRow(530_000))),
      plainRow(longRow(3)),
    ]),
  ];
}

const drawn = <Value>(arbitrary: fc.Arbitrary<Value>, count: number): Value[] =>
  fc.sample(arbitrary, { seed, numRuns: count });
const cases: readonly Case[] = [
  ...['', 'a', ' ', '-', '7', '-7', '7 - 5', 'a - b'].map(textCase),
  ...drawn(text, 3000).map(textCase),
  ...drawn(fc.array(fc.nat(0xffffffff), { maxLength: 200, size: 'max' }), 100).map(wordsCase),
  ...drawn(chat, 600).map((row) => identityCase(row)),
  ...drawn(chat, 300).map((row) => identityCase(completionOf(row))),
  ...[...others].map(characterCase),
  ...drawn(chat.map(withOthers).filter(isKnownChat), 600).flatMap((row) => [
    identityCase(row, 'u'),
    identityCase(completionOf(row), 'u'),
  ]),
  ...drawn(fc.array(stored, { maxLength: 12, size: 'max' }), 300).map(rowsCase),
  ...realCases(),
  ...longCases(),
];

function run(command: string, args: readonly string[], input?: Buffer) {
  return spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 2 ** 30 });
}

/** Why nothing can be compiled here, for the name of the test. */
const withoutCompiler = run('cc', ['--version']).status === 0 ? '' : ' (no C compiler here)';

it.runIf(withoutCompiler === '')(
  `finds in C what is found here of texts and chats, within its memory${withoutCompiler}`,
  async () => {
    await using place = await tempFolder();
    const program = join(place.path, 'identity');
    const built = run('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', ...checks, '-I', join(folder, 'c')],
      ...[join(folder, 'src/identity.fixture.c'), ...sources, '-o', program],
    ]);
    expect(built.stderr).toBe('');
    const input = Buffer.concat(cases.map(({ asked }) => asked));
    for (const used of instructions) {
      const { status, stdout, stderr } = run(program, [String(used)], input);
      const where = `with seed ${seed} and instructions ${used}`;
      expect({ status, stderr }, where).toEqual({ status: 0, stderr: '' });
      const answers = stdout.split('\n');
      for (const [at, { answer, asked }] of cases.entries())
        if (answers[at] !== answer)
          expect(answers[at], `${where}: ${asked.toString('latin1')}`).toBe(answer);
      expect(answers.length).toBe(cases.length + 1);
    }
  },
  120_000,
);
