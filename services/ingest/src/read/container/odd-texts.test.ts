/** Text that is not UTF-8 with the line ends of today: it is taken, and said once. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';
import { zipOf } from './zip.fixture.ts';

const bigEndian = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
const littleEndian = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const wide = [
  ['little-endian', littleEndian],
  ['big-endian', bigEndian],
] as const;

const files: readonly (readonly [name: string, text: string])[] = [
  ['rows.jsonl', '{"text": "Grüß 𠮷", "label": "x"}\n\n{"text": "b", "label": "y"}\n'],
  ['rows.json', '[{"text": "Grüß 𠮷", "label": "x"},\n{"text": "b", "label": "y"}]'],
  ['rows.csv', 'text,label\r\n"Grüß, 𠮷",x\r\nb,y\r\n'],
  ['rows.tsv', 'text\tlabel\r\n"Grüß\t𠮷"\tx\r\nb\ty\r\n'],
  ['rows.conll', 'Grüß\tO\n𠮷\tB-LOC\n\nb\tO\n'],
  ['rows.txt', 'Grüß 𠮷\nb\n'],
  ['rows.md', '# Grüß 𠮷\n\nb\n\n# c\n\nd\n'],
];

describe.each(wide)('UTF-16, %s', (_, encoded) => {
  it.each(files)('is read as UTF-8 is: %s', async (name, text) => {
    const wanted = await readAll(text, { name });
    expect(wanted.lines.length).toBeGreaterThan(1);
    for (const chunk of [1, 7, 1000]) {
      const { records, numbers, notes } = await readAll(encoded(text), { name, chunk });
      expect(records).toEqual(wanted.records);
      expect(numbers).toEqual(wanted.numbers);
      const note = {
        number: 0,
        rule: 'utf-16',
        message: 'The file is UTF-16 text, and was read as that',
      };
      expect(notes).toEqual([note, ...wanted.notes]);
    }
  });
});

it('reads UTF-16 that is packed, or in an archive', async () => {
  const [[name, text]] = files as [(typeof files)[0]];
  const wanted = await readAll(text, { name });
  expect((await readAll(gzipSync(bigEndian(text)), { name: `${name}.gz` })).records).toEqual(
    wanted.records,
  );
  const archive = await readAll(zipOf([{ name: 'a.jsonl', data: littleEndian(text) }]));
  expect(archive.records).toEqual(wanted.records);
  expect(archive.notes).toMatchObject([{ member: 'a.jsonl', rule: 'utf-16' }]);
});

it('names the lines of UTF-16 that hold half of a character', async () => {
  const wrong = 'the line is not valid UTF-8; save the file as UTF-8';
  const text = `${'ä\n'.repeat(5)}a\ud800b\n𠮷\nc`;
  const bytes = Buffer.concat([littleEndian(text), Buffer.from('x')]);
  for (const chunk of [1, 1000])
    expect((await readAll(bytes, { chunk })).records).toEqual([
      ...Array.from({ length: 5 }, () => ({ text: 'ä' })),
      wrong,
      { text: '𠮷' },
      wrong,
    ]);
});

it.each([
  [
    'UTF-16',
    Buffer.from('text,label\na,b\n', 'utf16le'),
    'is UTF-16 text without a byte order mark; save it as UTF-8',
  ],
  ['UTF-32', Buffer.from('fffe000074000000', 'hex'), 'is UTF-32 text; save it as UTF-8'],
  [
    'UTF-32 the other way',
    Buffer.from('0000feff00000074', 'hex'),
    'is UTF-32 text; save it as UTF-8',
  ],
])('refuses %s in one sentence', async (_, bytes, message) => {
  await expect(readAll(bytes)).rejects.toThrow(`The file ${message}.`);
});

describe('line ends of old Macs', () => {
  const note = {
    number: 0,
    rule: 'line-ends',
    message: 'The lines end with CR alone, and were read as lines',
  };

  it.each(files.filter(([name]) => name !== 'rows.json'))(
    'are read as others are: %s',
    async (name, text) => {
      const wanted = await readAll(text, { name });
      const old = text.replaceAll('\r\n', '\n').replaceAll('\n', '\r');
      for (const chunk of [1, 7, 1000]) {
        const { records, numbers, notes } = await readAll(old, { name, chunk });
        expect(records).toEqual(wanted.records);
        expect(numbers).toEqual(wanted.numbers);
        expect(notes).toEqual([note, ...wanted.notes]);
      }
      expect((await readAll(littleEndian(old), { name })).records).toEqual(wanted.records);
    },
  );

  it('are found where cells have lines of their own, as Excel for Mac writes them', async () => {
    const text = 'text,label\r"a\nb",x\r"c ""d""",y\r';
    const { records, notes } = await readAll(text, { name: 'a.csv' });
    expect(records).toEqual([
      { text: 'a\nb', label: 'x' },
      { text: 'c "d"', label: 'y' },
    ]);
    expect(notes).toEqual([note]);
  });

  it('stay line ends where those of today follow, in pieces of any size', async () => {
    const row = '{"text": "a"}';
    const text = `${`${row}\r`.repeat(8000)}${`${row}\r\n`.repeat(3)}${row}\n${row}`;
    for (const chunk of [13, 14, 1000]) {
      const { numbers } = await readAll(text, { name: 'a.jsonl', chunk });
      expect(numbers).toEqual(Array.from({ length: 8005 }, (_, at) => at + 1));
    }
  });

  it('are not those of a file with CRLF, or of one with a CR in its lines', async () => {
    for (const text of ['a,b\r\nc,d\r\n', 'text,label\na\rb,x\nc,y\n', '{"text": "a"}\r'])
      expect((await readAll(text, { name: 'a.csv' })).notes).toEqual([]);
  });

  it('of another encoding are refused as others of it', async () => {
    const text = 'text,label\rschön,x\rmüde,y\rgrün,z\rblau,z\r';
    await expect(readAll(Buffer.from(text, 'latin1'))).rejects.toThrow(/such as Latin-1/);
  });
});
