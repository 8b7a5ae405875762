import { expect, it } from 'vitest';
import type { KnownForm } from './form-numbers.ts';
import { openRowReader } from './row-reader.ts';

/** Every byte is a token of its own. */
const words = {
  ...{ cutters: ['gpt2' as const], merges: [], wholeWords: [] },
  byteTokens: Int32Array.from({ length: 256 }, (_, code) => code),
};
const specials = { tokens: ['<|end|>', '<|fin·|>·'], areJoined: true };
/** undefined where set-up had no compiler. */
const reader = openRowReader(words, specials);
const most = { bytes: 4096, tokens: 512 };

/** A conversation of so many questions and answers. */
function lineOf(turns: number): Buffer {
  const pair = [
    { role: 'user', content: 'Where?' },
    { role: 'assistant', content: 'Here.' },
  ];
  return Buffer.from(
    JSON.stringify({ messages: Array.from({ length: turns }, () => pair).flat() }),
  );
}

function packed(lines: readonly Buffer[]) {
  let end = 0;
  const ends = lines.map(({ length }) => (end += length));
  return {
    bytes: Buffer.concat(lines),
    starts: Int32Array.from(ends, (end, at) => end - (lines[at]?.length ?? 0)),
    ends: Int32Array.from(ends),
    numbers: Float64Array.from(lines, (_, at) => at + 1),
  };
}

/** The content of each message, one behind the other; none may hold what `lacking` says. */
function formOf(roles: string, lacking: readonly Buffer[]): KnownForm {
  const messages = roles.split(' ').length;
  const edges = { tight: [], notFirst: [], notLast: [] };
  const text = Array.from({ length: messages }, (_, at) => at);
  return {
    form: { messages, examples: [], lacking, isOfAscii: false, asksTime: false, ...edges },
    steps: [[{ supervised: true, text }]],
  };
}

const known = {
  formOf: (roles: string) => formOf(roles, []),
  character: () => new Int32Array(),
};

it.runIf(reader !== undefined)('reads examples of any length where none is the longest', () => {
  const found = reader?.read(packed([lineOf(1)]), { ...most, tokens: Infinity }, known);
  expect(Buffer.from(found?.tokens ?? []).toString()).toBe('Where?Here.');
});

it.runIf(reader !== undefined)('refuses lines without a start, an end or a number each', () => {
  const lines = { ...packed([lineOf(1)]), numbers: new Float64Array(2) };
  expect(() => reader?.read(lines, most, known)).toThrow(
    new RangeError('there are 1 starts and 1 ends of 2 lines'),
  );
});

it.runIf(reader !== undefined)('leaves rows of a form that C does not take to others', () => {
  const found = reader?.read(packed([lineOf(2), lineOf(1)]), most, {
    ...known,
    // There is no text without the empty one.
    formOf: (roles) => formOf(roles, roles.includes('assistant user') ? [Buffer.alloc(0)] : []),
  });
  expect([...(found?.rows ?? [])]).toEqual([1, 1]);
});

it.runIf(reader !== undefined)('reads prompts with completions, in columns of plain names', () => {
  const open = (prompt: string, completion: string) =>
    openRowReader(words, specials, { prompt, completion });
  const lines = [{ a: 'Where?', b: ' Here.' }, { b: ' There.', a: 'Where?' }, { a: 'Where?' }];
  const found = open('a', 'b')?.read(
    packed(lines.map((line) => Buffer.from(JSON.stringify(line)))),
    most,
    known,
  );
  expect(Buffer.from(found?.tokens ?? []).toString()).toBe('Where? Here.Where? There.');
  expect(Buffer.from(found?.json ?? []).toString()).toBe(
    '{"kind":"completion","line":1,"prompt":"Where?","completion":" Here."}\n' +
      '{"kind":"completion","line":2,"prompt":"Where?","completion":" There."}\n',
  );
  for (const name of ['', '"', '\\', 'ä', '\n', 'x'.repeat(257), 'b'])
    expect(open(name, 'b')).toBeUndefined();
});

it.runIf(reader !== undefined)('asks of contents that may touch special tokens', () => {
  const asked = (content: string, own: typeof specials) => {
    const messages = [
      { role: 'user', content },
      { role: 'assistant', content: 'a' },
    ];
    const told = { ...known, character: () => Int32Array.of(4, 0, 2, 1, 0xc2, 0xb7, 4 * 0x23) };
    const lines = packed([Buffer.from(JSON.stringify({ messages }))]);
    const found = openRowReader(words, own)?.read(lines, most, told);
    expect(found?.count).toBe(1);
    return found?.questions.map(({ about, content: text }) => `${about} ${text}`);
  };
  for (const content of [
    '<|end|>',
    'a <|',
    'a <',
    'a < \n',
    ' d|>',
    '>',
    '|>· b',
    '·',
    '<|fin·|>·',
  ])
    expect(asked(content, specials), content).toEqual([`special ${content}`]);
  for (const content of ['a', 'a < b', '<a|', 'if (a < b) return'])
    expect(asked(content, specials), content).toEqual([]);
  const alone = { ...specials, areJoined: false };
  for (const content of ['a <', '>', '|>· b', '·', '< |'])
    expect(asked(content, alone)).toEqual([]);
  for (const content of ['<|', 'a <|end|>']) expect(asked(content, alone)).toHaveLength(1);
  expect(asked('jörg·@·müller', { tokens: [], areJoined: true })).toEqual([
    'personal jörg·@·müller',
  ]);
});
