/** Lines that are read in C say what they say, and hostile ones are read within their memory. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const sources = join(import.meta.dirname, '../c');
const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Random each time, and printed when it fails. */
const seed = Math.floor(Math.random() * 1e9);

type Message = { readonly role: string; readonly content: string };

const sign = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...'ab 12.@:<>"\\/\n\r\t') },
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(...'—…−→😀'),
);
const said = fc
  .array(sign, { minLength: 1, maxLength: 60, size: 'max' })
  .map((signs) => signs.join(''))
  .filter((text) => text.trim() !== '');
const chat = fc
  .tuple(fc.boolean(), said, fc.array(fc.tuple(said, said), { minLength: 1, maxLength: 3 }))
  .map(([isTold, told, pairs]): readonly Message[] => [
    ...(isTold ? [{ role: 'system', content: told }] : []),
    ...pairs.flatMap(([asked, answer]) => [
      { role: 'user', content: asked },
      { role: 'assistant', content: answer },
    ]),
  ]);
const plain = chat.map((messages) => JSON.stringify({ messages }));
/** A piece of a line in another place, or something else in it. */
const hostile = (right: fc.Arbitrary<string>) =>
  fc
    .tuple(
      right,
      fc.nat(),
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}]', 'ä', '\u0001', ',', '\\u0041'),
    )
    .map(([line, from, to, put]) => {
      const [at, end] = [from % line.length, to % line.length].sort((a, b) => a - b) as [
        number,
        number,
      ];
      return (line.slice(0, at) + put + line.slice(end)).toWellFormed();
    });
/** As many messages as there may be, and more; lines that end anywhere. */
const long = [61, 62, 63, 64, 200].map((count) =>
  JSON.stringify({
    messages: Array.from({ length: count }, (_, at) => ({
      role: ['user', 'assistant'][(count - at) % 2],
      content: `${at}`,
    })),
  }),
);
const cut = Array.from(long[0] as string, (_, at) => (long[0] as string).slice(0, at)).slice(-300);

/** What the form of the program makes of messages, and which of it are targets. */
function rendered(messages: readonly Message[]): { text: string; targets: string } {
  const parts = messages.map(({ role, content }) => {
    const target = role === 'assistant' ? '1' : '0';
    const head = `\u0001${role}\n`;
    const text = `${head}${content}\u0002`;
    return {
      text,
      targets: '0'.repeat(head.length) + target.repeat(Buffer.byteLength(content) + 1),
    };
  });
  return {
    text: parts.map(({ text }) => text).join(''),
    targets: parts.map(({ targets }) => targets).join(''),
  };
}

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
}

/** Why nothing can be compiled here, for the name of the test. */
const withoutCompiler = run('cc', ['--version']).status === 0 ? '' : ' (no C compiler here)';

const draw = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number) =>
  fc.sample(arbitrary, { seed, numRuns });

/** A row that was read: the place of its line, and what the program tells of it. */
type Row = Readonly<Record<'json' | 'tokens' | 'targets', string>> & { readonly place: number };

/** Builds the program, and reads lines with it. */
async function readRows(lines: readonly string[], names: readonly string[] = []): Promise<Row[]> {
  await using folder = await tempFolder();
  const [program, file] = [join(folder.path, 'reader'), join(folder.path, 'lines')];
  const built = run('cc', [
    ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', ...checks, '-I', sources],
    ...[join(import.meta.dirname, 'reader.fixture.c'), ...files.map((name) => join(sources, name))],
    ...['-lm', '-o', program],
  ]);
  expect(built.stderr).toBe('');
  await writeFile(file, `${lines.map((line) => line.replaceAll('\n', ' ')).join('\n')}\n`);
  const { status, stdout, stderr } = run(program, [file, String(seed), ...names]);
  expect({ status, stderr }, `with seed ${seed}`).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((row) => {
      const [, place, json, tokens, targets] = /^(\d+) (.*) (\w+) (\w+)$/.exec(row) ?? [];
      return { place: Number(place), json, tokens, targets } as Row;
    });
}

/** Whether a row has the tokens and targets of these messages. */
function expectTokens({ tokens, targets }: Row, messages: readonly Message[]): void {
  const { text, targets: right } = rendered(messages);
  expect(Buffer.from(tokens, 'hex').toString()).toBe(text);
  expect(targets).toBe(right);
}

it.runIf(withoutCompiler === '')(
  `reads what lines say, and hostile ones within its memory${withoutCompiler}`,
  { timeout: 120_000 },
  async () => {
    const plains = draw(plain, 500);
    const lines = [...plains, ...draw(hostile(plain), 1500), ...long, ...cut];
    const rows = await readRows(lines);
    for (const row of rows) {
      const { messages } = JSON.parse(lines[row.place] as string) as { messages: Message[] };
      expect(row.json).toBe(JSON.stringify({ kind: 'chat', line: row.place, messages }));
      expectTokens(row, messages);
    }
    const places = new Set(rows.map(({ place }) => place));
    expect(
      plains.findIndex((_, place) => !places.has(place)),
      `with seed ${seed}`,
    ).toBe(-1);
    expect(long.map((_, at) => places.has(plains.length + 1500 + at))).toEqual([
      ...[false, true, false, false, false],
    ]);
  },
);

const [asked, written] = ['the prompt', 'what goes on'];
/** A prompt and a completion in either order, as programs write them. */
const completion = fc
  .tuple(said, said, fc.boolean(), fc.constantFrom('', ' ', ' \t'))
  .map(([prompt, answer, isFirst, blank]) => {
    const columns = [
      `${JSON.stringify(asked)}${blank}:${blank}${JSON.stringify(prompt)}`,
      `${JSON.stringify(written)}:${blank}${JSON.stringify(answer)}`,
    ];
    return `${blank}{${blank}${(isFirst ? columns : columns.toReversed()).join(`${blank},`)}${blank}}`;
  });
/** Lines that say something else, and one that is no JSON. */
const others = [
  { [asked]: 'a' },
  { [written]: 'b' },
  { [asked]: 'a', [written]: ' ' },
  { [asked]: '', [written]: 'b' },
  { [asked]: 'a', [written]: 'b', group: 1 },
  { [asked]: 'a', completion: 'b' },
  { messages: [{ role: 'user', content: 'a' }] },
].map((row) => JSON.stringify(row));
const noJson = `{"${asked}" "${written}":"b","${asked}":"a"}`;

it.runIf(withoutCompiler === '')(
  `reads prompts with completions in columns of any name${withoutCompiler}`,
  { timeout: 120_000 },
  async () => {
    const plains = draw(completion, 500);
    const ends = (plains[0] as string).split('').map((_, at) => (plains[0] as string).slice(0, at));
    const lines = [...plains, ...draw(hostile(completion), 1500), ...ends, ...others, noJson];
    const rows = await readRows(lines, [asked, written]);
    for (const row of rows) {
      const line = JSON.parse(lines[row.place] as string) as Record<string, string>;
      const [prompt, answer] = [line[asked] as string, line[written] as string];
      expect(row.json).toBe(
        JSON.stringify({ kind: 'completion', line: row.place, prompt, completion: answer }),
      );
      expectTokens(row, [
        { role: 'user', content: prompt },
        { role: 'assistant', content: answer },
      ]);
    }
    const places = new Set(rows.map(({ place }) => place));
    expect(
      plains.findIndex((_, place) => !places.has(place)),
      `with seed ${seed}`,
    ).toBe(-1);
    expect(rows.filter(({ place }) => place >= plains.length + 1500)).toEqual([]);
  },
);
