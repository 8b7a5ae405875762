/** Files as people have them that are not quite what they should be: no row goes without a word. */
import { expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';
import { textFormOf } from './text-form.ts';

const named = (text: string, name: string) => readAll(text, { name });
const rows = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at));
const values = (count: number) => rows(count, (at) => `{"text": "a ${at}", "label": "x"}`);

it('takes quotes of a table for letters where they surround no cells', async () => {
  const text = rows(30, (at) =>
    at % 5 === 0
      ? `"he ${at} said\t0`
      : at % 5 === 1
        ? `"Hi" ${at}\t1`
        : at % 5 === 2
          ? `"Yes ${at}"\t0`
          : `it ${at}\t1`,
  );
  const { records, notes } = await named(`sentence\tlabel\n${text.join('\n')}\n`, 'sst.tsv');
  expect(records).toHaveLength(30);
  expect(records.slice(0, 3)).toEqual([
    { sentence: '"he 0 said', label: 0 },
    { sentence: '"Hi" 1', label: 1 },
    { sentence: '"Yes 2"', label: 0 },
  ]);
  expect(notes.map(({ rule }) => rule)).toEqual(['quotes-as-text']);
});

it('closes a table that it refuses by its names', async () => {
  let isClosed = false;
  async function* table() {
    try {
      yield Buffer.from('text,text\na,b\n'.repeat(10_000));
    } finally {
      isClosed = true;
    }
  }
  await expect(readAll(table(), { name: 'a.csv' })).rejects.toThrow(
    'names the column "text" twice',
  );
  expect(isClosed).toBe(true);
});

it('keeps quotes around few cells of several lines', async () => {
  const text = rows(100, (at) => (at % 20 === 0 ? `"a ${at}\n${at} b";x` : `a ${at};x`));
  const { records, notes } = await named(`text;label\n${text.join('\n')}\n`, 'a.csv');
  expect(records).toHaveLength(100);
  expect(records[20]).toEqual({ text: 'a 20\n20 b', label: 'x' });
  expect(notes).toEqual([]);
});

it('keeps quotes that surround cells, one of which is not closed', async () => {
  const text = rows(20, (at) => (at === 9 ? '"open,x' : `"a ${at}, b",x`));
  const { records } = await named(`text,label\n${text.join('\n')}\n`, 'a.csv');
  expect(records[0]).toEqual({ text: 'a 0, b', label: 'x' });
});

it('names each line that quotes without an end take into a cell', async () => {
  const text = rows(1000, (at) => (at === 500 || at === 900 ? `"a ${at}, or so,x` : `a ${at},x`));
  const { lines, records } = await named(`text,label\n${text.join('\n')}\n`, 'a.csv');
  expect(lines).toHaveLength(1000);
  const wrong = lines.filter((line) => 'problem' in line);
  expect(wrong).toHaveLength(401);
  expect(records[500]).toBe(
    'something stands between a closing quote and the next ",", up to line 902',
  );
  expect(records[501]).toBe('the line belongs to the row that begins on line 502, which is wrong');
});

it('names each line of a row that is too long since its quotes have no end', async () => {
  const text = `text,label\n"a, b",x\n"b,x\n${'c,x\n'.repeat(50)}`;
  const { lines } = await readAll(text, { name: 'a.csv', limits: { maxLineBytes: 100 } });
  expect(lines).toHaveLength(52);
  expect(lines.filter((line) => 'bytes' in line)).toHaveLength(1);
});

it('reads a table behind the line with which Excel says what parts cells, and behind comments', async () => {
  const wanted = [
    { text: 'a, b', label: 'x' },
    { text: 'c', label: 'y' },
  ];
  const excel = await named('\ufeffsep=;\r\ntext;label\r\na, b;x\r\nc;y\r\n', 'a.csv');
  expect(excel.records).toEqual(wanted);
  expect(excel.numbers).toEqual([3, 4]);
  expect(excel.notes).toMatchObject([{ number: 1, rule: 'preamble' }]);
  const commented = await named('# by us, 2026\n# all\ntext,label\n"a, b",x\nc,y\n', 'a.csv');
  expect(commented.records).toEqual(wanted);
  expect(commented.notes).toMatchObject([{ number: 1, rule: 'preamble' }]);
});

it('leaves out rows of empty cells alone, and names them', async () => {
  const { records, notes } = await named('text,label,\na,x,\n,,\n , ,\nb,y,\n,y,\n', 'a.csv');
  expect(records).toEqual([
    { text: 'a', label: 'x' },
    { text: 'b', label: 'y' },
    { text: '', label: 'y' },
  ]);
  expect(notes.map(({ number, rule }) => [number, rule])).toEqual([
    [0, 'no-name'],
    [3, 'empty-row'],
    [4, 'empty-row'],
  ]);
});

it('tells which columns of a table have no name, and so are left out', async () => {
  const { records, notes } = await named(',text,label,\n0,a,x,seen\n1,b,y,\n', 'pandas.csv');
  expect(records).toEqual([
    { text: 'a', label: 'x' },
    { text: 'b', label: 'y' },
  ]);
  expect(notes.map(({ message }) => message)).toEqual([
    'Columns 1, 4 of the table have no name, and were left out',
  ]);
});

it.each([
  ['\n', ''],
  ['\r\n', ''],
  ['\n', '\ufeff'],
])(
  'leaves out names of tables that were put together, and tells their lines: %j %j',
  async (end, mark) => {
    const table = ['text,label', '"a, b",x', 'text label,y'].map((line) => line + end).join('');
    const wanted = [
      { text: 'a, b', label: 'x' },
      { text: 'text label', label: 'y' },
    ];
    for (const chunk of [1, 7, 1000]) {
      const { records, numbers, notes } = await readAll(`${mark}${table}`.repeat(3), {
        name: 'all.csv',
        chunk,
      });
      expect(records).toEqual([...wanted, ...wanted, ...wanted]);
      expect(numbers).toEqual([2, 3, 5, 6, 8, 9]);
      expect(notes.map(({ number, rule }) => [number, rule])).toEqual([
        [4, 'names-again'],
        [7, 'names-again'],
      ]);
    }
  },
);

it('keeps labels that are too large to be numbers as they are written', async () => {
  const { records } = await named('text,label\na,9007199254740993\nb,12\n', 'a.csv');
  expect(records).toMatchObject([{ label: '9007199254740993' }, { label: 12 }]);
});

it.each([
  ['Python’s dictionaries', "{'text': 'a'}\n{'text': 'b'}\n", /Python prints.*json\.dumps/],
  ['comments', '// a\n// b\n', /called \.jsonl, and holds no JSON objects/],
  ['numbers', '1\n2\n3\n', /called \.jsonl, and holds no JSON objects/],
])('does not train on %s in a file that is called JSON', async (_, text, message) => {
  await expect(named(text, 'rows.jsonl')).rejects.toThrow(message);
  await expect(named(text, 'rows.txt')).resolves.toMatchObject({ notes: [] });
});

it.each([
  ['one column of a name that tells nothing', 'review\nso good\nso bad\n', 'a.csv', '.csv'],
  ['lines above the names', 'My export\n\ntext,label\na,x\nb,y\n', 'a.csv', '.csv'],
  ['another mark between cells', 'text~label\na~x\nb~y\n', 'a.tsv', '.tsv'],
  ['words and tags with commas between', 'Ann,B-PER\nleft,O\n\nBob,B-PER\n', 'a.conll', '.conll'],
])(
  'does not train on the lines of a file that is called a table and is none: %s',
  async (_, text, name, called) => {
    await expect(named(text, name)).rejects.toThrow(`The file is called ${called}, and `);
    await expect(named(text, 'a.txt')).resolves.toMatchObject({ notes: [] });
  },
);

it('reads JSON Lines below a comment, which is a wrong line', async () => {
  const head = Buffer.from(`// by us\n${values(20).join('\n')}\n`);
  const form = await textFormOf(head, { isWhole: true, name: 'rows.jsonl' });
  expect(form).toMatchObject({ is: 'json', layout: 'lines' });
});

it('reads values that follow each other on a line, or end with the line ends of old Macs', async () => {
  for (const between of ['', '\r'])
    expect((await named(values(5).join(between), 'rows.jsonl')).records).toHaveLength(5);
});

it.each([
  ['a comma', `[${values(300).join().replace('},', '}')}]`],
  ['a comma on a line', `[\n${values(300).join(',\n').replace('},', '}')}\n]`],
  ['a value', `[${values(300).join().replace('},', '},,')}]`],
  ['the end', `[${values(300).join()}`],
])('says that rows may be lost where %s is missing', async (_, text) => {
  const { lines } = await named(text, 'rows.json');
  expect(lines.at(-1)).toMatchObject({ problem: { rule: 'unread' } });
});

it('says on which line commas stand between JSON values', async () => {
  const { lines } = await named(values(300).join(',\n'), 'rows.jsonl');
  expect(lines.at(-1)).toEqual({
    number: 1,
    problem: { rule: 'unread', message: expect.stringContaining('a comma stands between') },
  });
});

it('loses no row by a comma too many before the end', async () => {
  const { lines } = await named(`[\n${values(3).join(',\n')},\n]`, 'rows.json');
  expect(lines).toHaveLength(4);
  expect(lines.at(-1)).toMatchObject({ number: 5, problem: { rule: 'json' } });
});

it('tells splits of an object once, and none that is held out as left out', async () => {
  const text = `{"train": [${values(3).join()}], "validation": [${values(2).join()}], "test": [${values(1).join()}]}`;
  const train = await readAll(text, { wanted: 'train' });
  expect(train.notes.map(({ message }) => message)).toEqual([
    'The 1 rows of "test" in the JSON object were left out',
  ]);
  const validation = await readAll(text, { wanted: 'validation' });
  expect(validation.records).toHaveLength(2);
  expect(validation.notes).toEqual([]);
});

it('finds tags of spans that are not in the last column', async () => {
  const text = rows(10, () => 'Anna\tB-PER\tx\t_\nlives\tO\tx\t_\n').join('\n');
  const { records } = await named(text, 'a.conll');
  expect(records).toHaveLength(10);
  expect(records[0]).toEqual({ tokens: ['Anna', 'lives'], ner_tags: ['B-PER', 'O'] });
});

it('numbers the rows of JSON on one line, and names others by their lines', async () => {
  const one = [...values(3), '"a"', ...values(1)];
  const numbers = async (text: string) => (await readAll(text, { name: 'a.json' })).numbers;
  expect(await numbers(`[${one.join()}]`)).toEqual([1, 2, 3, 4, 5]);
  expect(await numbers(one.slice(0, 3).join(' '))).toEqual([1, 2, 3]);
  expect(await numbers(`{"version": "2", "data": [${values(3).join()}]}`)).toEqual([1, 2, 3]);
  expect(await numbers(`[\n${values(3).join(',\n')}\n]`)).toEqual([2, 3, 4]);
  expect(await numbers(`[${values(2).join(',\n')}]`)).toEqual([1, 2]);
});
