import { describe, expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';

describe('SQuAD', () => {
  const article = {
    title: 'Graz',
    paragraphs: [
      {
        context: 'Anna lives in Graz.',
        qas: [
          { id: '1', question: 'Who?', answers: [{ text: 'Anna', answer_start: 0 }] },
          { id: '2', question: 'Why?', answers: [], is_impossible: true, plausible_answers: [] },
        ],
      },
      {
        context: 'It rains.',
        qas: [{ id: '3', question: 'What?', answers: [{ text: 'It', answer_start: 0 }] }],
      },
    ],
  };
  const wanted = [
    {
      ...{ id: '1', question: 'Who?', context: 'Anna lives in Graz.' },
      answers: { text: ['Anna'], answer_start: [0] },
    },
    {
      ...{ id: '2', question: 'Why?', context: 'Anna lives in Graz.' },
      answers: { text: [], answer_start: [] },
    },
    {
      ...{ id: '3', question: 'What?', context: 'It rains.' },
      answers: { text: ['It'], answer_start: [0] },
    },
  ];

  it('becomes a row a question, on its own line', async () => {
    const file = { version: 'v2.0', data: [article, article] };
    const { records, numbers, notes } = await readAll(JSON.stringify(file, undefined, 1));
    expect(records).toEqual([...wanted, ...wanted]);
    const text = JSON.stringify(file, undefined, 1).split('\n');
    // Each question begins on the line before its id.
    expect(numbers).toEqual(text.flatMap((line, at) => (/"id"/.test(line) ? [at] : [])));
    expect(notes).toEqual([]);
    expect((await readAll(JSON.stringify(file))).records).toEqual([...wanted, ...wanted]);
  });
});

it.each([
  ['Gemini', { systemInstruction: { parts: [] }, contents: [{ role: 'user', parts: [] }] }],
  ['Gemini without more', { contents: [{ role: 'user', parts: [] }] }],
  ['Bedrock', { system: [{ text: 'a' }], messages: [{ role: 'user' }] }],
])('takes the only row of a file for one, in the form of %s', async (_, row) => {
  for (const text of [JSON.stringify(row), JSON.stringify(row, undefined, 2)])
    expect((await readAll(text)).records).toEqual([row]);
});

it.each<[string, object, readonly object[]]>([
  [
    'a name of a system',
    { system: 'CRM', tickets: [{ id: 1 }, { id: 2 }] },
    [{ id: 1 }, { id: 2 }],
  ],
  [
    'contents of texts',
    { contents: [{ text: 'a' }, { text: 'b' }] },
    [{ text: 'a' }, { text: 'b' }],
  ],
])('takes a list of rows for one beside or under %s', async (_, file, rows) => {
  for (const text of [JSON.stringify(file), JSON.stringify(file, undefined, 2)])
    expect((await readAll(text)).records).toEqual(rows);
});

it.each(['system', 'systemInstruction', 'contents'])(
  'takes rows under names for such, also where one is called %s',
  async (name) => {
    const file = { [name]: { text: 'a' }, q: { text: 'b' } };
    const { records } = await readAll(JSON.stringify(file, undefined, 2));
    expect(records).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  },
);

describe('CoNLL', () => {
  it('becomes a row a sentence', async () => {
    const file =
      '-DOCSTART- -X- -X- O\n\nAnna NNP B-NP B-PER\nlives VBZ B-VP O\n\n\nGraz NNP B-NP I-LOC\n';
    const { records, numbers } = await readAll(file);
    expect(records).toEqual([
      { tokens: ['Anna', 'lives'], ner_tags: ['B-PER', 'O'] },
      { tokens: ['Graz'], ner_tags: ['I-LOC'] },
    ]);
    expect(numbers).toEqual([3, 7]);
  });

  it('of other tags, and CoNLL-U', async () => {
    const sentence = 'The DET\ncat NOUN\nsat VERB\n. PUNCT\n\n';
    expect((await readAll(sentence.repeat(5))).records[0]).toEqual({
      tokens: ['The', 'cat', 'sat', '.'],
      tags: ['DET', 'NOUN', 'VERB', 'PUNCT'],
    });
    const rest = '_\t_\t_\t_\t_\t_';
    const universal = `# text = zum Haus\n1-2\tzum\t_\t_\t${rest}\n1\tzu\tzu\tADP\t${rest}\n2\tdem\tder\tDET\t${rest}\n\n1\tIt\tit\tPRON\t${rest}\n`;
    expect((await readAll(universal)).records).toEqual([
      { tokens: ['zu', 'dem'], tags: ['ADP', 'DET'] },
      { tokens: ['It'], tags: ['PRON'] },
    ]);
  });

  it('names lines that are unlike the others', async () => {
    const file = `${'a\tO\nb\tB-X\n\n'.repeat(50)}c\n`;
    const { lines } = await readAll(file);
    expect(lines.at(-1)).toEqual({
      number: 151,
      problem: { rule: 'columns', message: 'the line has 1 columns, and most lines have 2' },
    });
  });
});

describe('text', () => {
  it('is a row a line where no blank line parts it', async () => {
    const { records, numbers } = await readAll('One, two.\nThree, four.\r\n Five \n');
    expect(records).toEqual([{ text: 'One, two.' }, { text: 'Three, four.' }, { text: 'Five' }]);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('is gathered in paragraphs up to a size, and a long one cut at line ends', async () => {
    const file = `a a\nb b\n\n\nc c\n\n${'d d d d\n'.repeat(5)}`;
    const { records, numbers } = await readAll(file, { limits: { textRowBytes: 12 } });
    expect(records).toEqual([
      { text: 'a a\nb b\n\n\nc c' },
      { text: 'd d d d' },
      ...Array.from({ length: 4 }, () => ({ text: 'd d d d' })),
    ]);
    expect(numbers).toEqual([1, 7, 8, 9, 10, 11]);
  });

  it('of Markdown begins anew at headings, and not within code', async () => {
    const file = '# One\n\ntext\n\n```sh\n# no heading\n\nls\n```\n\n## Two\n\n### Three\n\n- x\n';
    const { records } = await readAll(file);
    expect(records).toEqual([
      { text: '# One\n\ntext\n\n```sh\n# no heading\n\nls\n```' },
      { text: '## Two\n\n### Three\n\n- x' },
    ]);
    const named = await readAll('# One\ntext\n# Two\nmore', { name: 'x.md' });
    expect(named.records).toEqual([{ text: '# One\ntext' }, { text: '# Two\nmore' }]);
  });

  it('that is no UTF-8 somewhere names its line', async () => {
    const file = Buffer.concat([
      Buffer.from('one\ntwo '),
      Buffer.from([0xe9]),
      Buffer.from('\nthree'),
    ]);
    expect((await readAll(file)).records).toEqual([
      { text: 'one' },
      'the line is not valid UTF-8; save the file as UTF-8',
      { text: 'three' },
    ]);
  });
});

describe('tables', () => {
  it('may have a header with line ends in quotes', async () => {
    const { records, numbers } = await readAll('"text\n(of it)";label\na;b\n"c\nd";e\n');
    expect(records).toEqual([
      { 'text\n(of it)': 'a', label: 'b' },
      { 'text\n(of it)': 'c\nd', label: 'e' },
    ]);
    expect(numbers).toEqual([3, 4]);
  });

  it('without names get some, and say so', async () => {
    const { records, notes } = await readAll('ham\tok\nspam\tFree entry, now!\nham\tSee you\n');
    expect(records).toHaveLength(3);
    expect(records[1]).toEqual({ column_1: 'spam', column_2: 'Free entry, now!' });
    expect(notes).toMatchObject([{ rule: 'no-names' }]);
  });

  it('hold lists and messages as JSON, and texts that begin with a bracket', async () => {
    const file = 'messages,output\n"[{""role"": ""user"", ""content"": ""q""}]",[1] see below\n';
    expect((await readAll(file)).records).toEqual([
      { messages: [{ role: 'user', content: 'q' }], output: '[1] see below' },
    ]);
  });

  it('are not taken for one where sentences have commas', async () => {
    const { records } = await readAll('Roses are red, violets blue\nSugar is sweet, honey too\n');
    expect(records).toEqual([
      { text: 'Roses are red, violets blue' },
      { text: 'Sugar is sweet, honey too' },
    ]);
  });
});

describe('JSON', () => {
  it('by names is rows with their names, and what is beside rows is told', async () => {
    const named = await readAll('{"7": {"q": 1},\n"8": {"q": 2, "id": 3}, "9": {}}');
    expect(named.records).toEqual([{ id: '7', q: 1 }, { q: 2, id: 3 }, { id: '9' }]);
    const beside = await readAll('{"version": 1, "info": {"a": 1},\n"data": [{"a": 1}, 2]}');
    expect(beside.records).toEqual([{ a: 1 }]);
    expect(beside.notes).toEqual([
      {
        number: 1,
        rule: 'beside-rows',
        message: '"info" of the JSON object holds no rows and was left out',
      },
      {
        number: 2,
        rule: 'beside-rows',
        message: '"data" of the JSON object holds no rows and was left out',
      },
    ]);
  });

  it('of splits gives those that are wanted', async () => {
    const file = '{"train": [{"a": 1}], "dev": [{"a": 2}], "test": [{"a": 3}, {"a": 4}]}';
    const splits: string[] = [];
    const { records, notes } = await readAll(file, { onSplit: (split) => splits.push(split) });
    expect(records).toEqual([{ a: 1 }]);
    expect(splits).toEqual(['validation', 'test']);
    expect(notes.map(({ message }) => message)).toEqual([
      'The 2 rows of "test" in the JSON object were left out',
    ]);
    expect((await readAll(file, { wanted: 'validation' })).records).toEqual([{ a: 2 }]);
  });

  it.each(['{"messages": [{"role": "user"}]}', '{\n"input": {"messages": []},\n"b": 1\n}'])(
    'that is a row by itself is one: %s',
    async (row) => {
      expect((await readAll(row)).records).toEqual([JSON.parse(row)]);
    },
  );
});
