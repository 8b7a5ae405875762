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
const hostile = fc
  .tuple(
    plain,
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

it.runIf(withoutCompiler === '')(
  `reads what lines say, and hostile ones within its memory${withoutCompiler}`,
  { timeout: 120_000 },
  async () => {
    await using folder = await tempFolder();
    const [program, file] = [join(folder.path, 'reader'), join(folder.path, 'lines')];
    const built = run('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', ...checks, '-I', sources],
      ...[
        join(import.meta.dirname, 'reader.fixture.c'),
        ...files.map((name) => join(sources, name)),
      ],
      ...['-lm', '-o', program],
    ]);
    expect(built.stderr).toBe('');
    const draw = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number) =>
      fc.sample(arbitrary, { seed, numRuns });
    const plains = draw(plain, 500);
    const lines = [...plains, ...draw(hostile, 1500), ...long, ...cut];

    await writeFile(file, `${lines.map((line) => line.replaceAll('\n', ' ')).join('\n')}\n`);
    const { status, stdout, stderr } = run(program, [file, String(seed)]);
    expect({ status, stderr }, `with seed ${seed}`).toEqual({ status: 0, stderr: '' });
    const rows = stdout.split('\n').slice(0, -1);
    for (const row of rows) {
      const [place, rest] = [Number.parseInt(row, 10), row.slice(row.indexOf(' ') + 1)];
      const [json, tokens, targets] = /^(.*) (\w+) (\w+)$/.exec(rest)?.slice(1) ?? [];
      const { messages } = JSON.parse(lines[place] as string) as { messages: Message[] };
      expect(json).toBe(JSON.stringify({ kind: 'chat', line: place, messages }));
      const { text, targets: right } = rendered(messages);
      expect(Buffer.from(tokens as string, 'hex').toString()).toBe(text);
      expect(targets).toBe(right);
    }
    const places = new Set(rows.map((row) => Number.parseInt(row, 10)));
    expect(
      plains.findIndex((_, place) => !places.has(place)),
      `with seed ${seed}`,
    ).toBe(-1);
    expect(long.map((_, at) => places.has(plains.length + 1500 + at))).toEqual([
      ...[false, true, false, false, false],
    ]);
  },
);
