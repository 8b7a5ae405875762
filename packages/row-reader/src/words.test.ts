import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { TokenList } from '@lathe/tokenizer/internal/token-list';
import type { AsciiWords, PlainEncoder } from '@lathe/tokenizer/plain-encoder';
import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWords } from './words.ts';
import { wordsNumbers } from './words-numbers.ts';

type Most = Parameters<typeof wordsNumbers>[1];

const root = join(import.meta.dirname, '../../..');
const sources = join(import.meta.dirname, '../c');
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** The encoder of a tokenizer.json, without what keeps it from being plain or is about special tokens. */
function plainOf(file: string, model: object = {}): PlainEncoder {
  const json = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const { plain } = createTokenizer({
    ...json,
    ...{ normalizer: null, added_tokens: [], post_processor: null },
    model: { ...json.model, ...model },
  });
  if (plain === undefined) throw new Error(`${file} is not plain`);
  return plain;
}

const fixture = (name: string): string => `packages/tokenizer/src/fixtures/${name}.json`;
const lacking = (() => {
  const { model } = JSON.parse(readFileSync(join(root, fixture('smollm2')), 'utf8'));
  const isKept = ([entry]: [string, number]): boolean => !['e', '1', '\u0120'].includes(entry);
  const entries = (Object.entries(model.vocab) as [string, number][]).filter(isKept);
  return { vocab: Object.fromEntries(entries), merges: [] };
})();
const encoders: readonly (readonly [string, PlainEncoder])[] = [
  ['the built-in model', plainOf('models/lathe-tiny/tokenizer.json')],
  ...['gpt2', 'roberta', 'llama3', 'qwen', 'smollm2', 'modernbert'].map(
    (name) => [name, plainOf(fixture(name))] as const,
  ),
  ['a vocabulary that lacks bytes', plainOf(fixture('smollm2'), lacking)],
  ['one with an unknown token', plainOf(fixture('smollm2'), { ...lacking, unk_token: 'a' })],
];

const pieces = [
  ...["'s", "'T", "'re", "'VE", "'ll", "'LL", "'l", "'r", "''", " 's", '12345', '     ', '\r\n'],
  ...['\n\n', ' \n ', '\t', '\v\f', 'the', ' order', 'Hello', '!!!', ' ...', '\0', '\x1f', '\x7f'],
];
/** Signs of several bytes, which are read where no word is known whole. */
const beyondAscii = [...'·—€😀«…éÉßЯ中ʼΣ𝒜²½٣Ⅷ𝟙→ᵀ'];
/** By their numbers of `enum character_class` of known-characters.h; "'ſ" is a contraction. */
const classes = beyondAscii.map((sign) => (/\p{L}/u.test(sign) ? 2 : /\p{N}/u.test(sign) ? 3 : 4));
const signs = [..."aZ'sStTmMdDlLvVrReE09 .,_-(\n\r\t"];
const sign = fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code));
/** Some longer than the words that are remembered, and a few than those that are encoded. */
const run = fc
  .tuple(sign, fc.oneof({ weight: 9, arbitrary: fc.nat(90) }, fc.nat(700)))
  .map(([repeated, count]) => repeated.repeat(count));
const hostile = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...signs) },
      { weight: 6, arbitrary: fc.constantFrom(...pieces) },
      { weight: 3, arbitrary: sign },
      { weight: 4, arbitrary: fc.constantFrom(...beyondAscii) },
      { weight: 1, arbitrary: run },
    ),
    { maxLength: 90 },
  )
  .map((all) => all.join(''));

/** Texts that C takes of an encoder. */
const textsFor = (encoder: PlainEncoder) =>
  wordsOf(encoder).wholeWords.length === 0
    ? hostile
    : hostile.map((text) => text.replaceAll(/[^\0-\x7f]/gu, ''));

/** The tokens by TypeScript; undefined where it throws, as of a byte without a token. */
function tokensOf(encoder: PlainEncoder, text: string): Int32Array | undefined {
  const units = Uint16Array.from({ length: text.length + 1 }, (_, at) => text.charCodeAt(at));
  const list = new TokenList();
  try {
    encoder.append(units, text.length, list);
  } catch {
    return undefined;
  }
  return list.taken();
}

function wordsOf(encoder: PlainEncoder): AsciiWords {
  const words = encoder.asciiWords();
  if (words === undefined) throw new Error('it is not byte-level BPE');
  return words;
}

const codeAndClass = (sign: string, at: number): number[] => [
  sign.codePointAt(0) as number,
  classes[at] as number,
];

/** What the fixture in C reads. */
function fileOf(encoder: PlainEncoder, texts: readonly string[], most?: Most): Int32Array {
  const { numbers, whole } = wordsNumbers(wordsOf(encoder), most);
  const parts = [Int32Array.of(numbers.length, whole.length), numbers, Int32Array.from(whole)];
  parts.push(
    Int32Array.of(
      ...[beyondAscii.length, ...beyondAscii.flatMap((sign, at) => codeAndClass(sign, at))],
    ),
  );
  parts.push(Int32Array.of(texts.length));
  for (const text of texts) {
    const tokens = tokensOf(encoder, text);
    const bytes = Buffer.from(text);
    parts.push(Int32Array.of(bytes.length, tokens?.length ?? -1));
    parts.push(Int32Array.from(bytes), tokens ?? Int32Array.of());
  }
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

function execute(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

const hasCompiler = execute('cc', ['--version']).status === 0;

describe.runIf(hasCompiler)('with a compiler for C', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  const program = (): string => join(folder.path, 'fuzz');
  const parts = [
    ...['words', 'cutters', 'byte-classes', 'known-characters', 'word-table', 'byte-pairs'],
  ];
  beforeAll(async () => {
    folder = await tempFolder();
    const built = execute('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks],
      ...['-I', sources, join(import.meta.dirname, 'words.fixture.c')],
      ...[...parts.map((name) => join(sources, `${name}.c`)), '-o', program()],
    ]);
    expect(built.stderr).toBe('');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it.each(encoders)('words of %s are encoded as in TypeScript', (_, encoder) => {
    const seed = Math.floor(Math.random() * 1e9);
    const texts = fc.sample(textsFor(encoder), { numRuns: 500, seed });
    // Tables that are full after a few words, or a few bytes, and one that never is.
    for (const most of [undefined, { words: 5, bytes: 4000 }, { words: 1000, bytes: 700 }]) {
      const file = join(folder.path, 'texts');
      writeFileSync(file, fileOf(encoder, [...texts, ...texts], most));
      const { status, stdout, stderr } = execute(program(), [file]);
      expect({ status, stdout, stderr }, `with seed ${seed}`).toEqual({
        status: 0,
        stdout: `${2 * texts.length} texts\n`,
        stderr: '',
      });
    }
  });
});

it('encodes by the library that set-up built', () => {
  for (const [, encoder] of encoders) {
    const words = openWords(wordsOf(encoder));
    if (words === undefined) continue;
    // Letters and numbers beyond ASCII are for those who know them.
    const texts = textsFor(encoder).map((text) => text.replaceAll(/[^\0-\x7f\p{P}\p{S}]/gu, ''));
    for (const text of fc.sample(texts, 200)) {
      const bytes = Buffer.from(text);
      const out = new Int32Array(bytes.length);
      const tokens = out.subarray(0, Math.max(0, words.append(bytes, out)));
      const isTooLong = bytes.length > 512 && tokens.length === 0;
      if (!isTooLong) expect(tokens).toEqual(tokensOf(encoder, text) ?? Int32Array.of());
    }
    words.close();
  }
});
