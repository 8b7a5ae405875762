/** Files of one word a line as they are published: numbers, comments, several columns of tags. */
import { expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';

const files = (...sentences: readonly string[]) => `${sentences.join('\n\n')}\n`;

it('reads numbered words with outer and inner tags and comments between sentences, as GermEval has them', async () => {
  const text = files(
    '#\thttp://de.wikipedia.org/wiki/Graz [2009-10-17]\n1\tDie\tO\tO\n2\tUniversität\tB-ORG\tO\n3\tGraz\tI-ORG\tB-LOC',
    '#\tn-tv.de vom 26.02.2005 [2005-02-26] \n1\t1951\tO\tO\n2\tWien\tB-LOC\tO\n3\tAnna\tB-PER\tO',
  );
  const { records, numbers, notes } = await readAll(text, { name: 'NER-de-train.tsv' });
  expect(records).toEqual([
    {
      tokens: ['Die', 'Universität', 'Graz'],
      ner_tags: ['O', 'B-ORG', 'I-ORG'],
      ner_tags_2: ['O', 'O', 'B-LOC'],
    },
    {
      tokens: ['1951', 'Wien', 'Anna'],
      ner_tags: ['O', 'B-LOC', 'B-PER'],
      ner_tags_2: ['O', 'O', 'O'],
    },
  ]);
  expect(numbers).toEqual([2, 7]);
  expect(notes).toEqual([
    {
      number: 0,
      rule: 'word-columns',
      message:
        "Column 2 of 4 has the words, column 3 their tags (ner_tags), column 4 other tags (ner_tags_2), which are not trained on unless 'lathe.data.columns' takes them",
    },
  ]);
});

it('takes the last column for tags where those before are of phrases, as in CoNLL 2003', async () => {
  const text = files(
    '-DOCSTART- -X- -X- O',
    'Anna NNP B-NP O\nlives VBZ B-VP O\nin IN B-PP O\nGraz NNP B-NP O',
  );
  const { records, notes } = await readAll(text);
  expect(records).toEqual([
    { tokens: ['Anna', 'lives', 'in', 'Graz'], ner_tags: ['O', 'O', 'O', 'O'] },
  ]);
  expect(notes).toMatchObject([
    { message: 'Column 1 of 4 has the words, and column 4 their tags (ner_tags)' },
  ]);
});

it.each([
  ['phrases that are all O', 'Naloxone NN O B-Chemical\nhelps VBZ O O', ['B-Chemical', 'O']],
  ['phrases of other names', 'Anna NNP B-NPB B-PER\nlives VBZ B-VP O', ['B-PER', 'O']],
  ['phrases in lower case', 'Anna NNP B-np B-PER\nlives VBZ B-vp O', ['B-PER', 'O']],
  ['phrases beside tags of O alone', 'Anna NNP B-NPX O\nlives VBZ B-VP O', ['O', 'O']],
])('trains on the last column of tags behind %s', async (_, text, ner_tags) => {
  const { records } = await readAll(files(text, text));
  const tokens = text.split('\n').map((line) => line.split(' ')[0]);
  expect(records).toEqual([
    { tokens, ner_tags },
    { tokens, ner_tags },
  ]);
});

it.each([
  ['the types are the same but for their suffixes', 'Graz B-LOC O\nGrazer B-ORG B-LOCderiv'],
  ['their names say so', 'word outer inner\nGraz B-LOC O\nGrazer B-ORG B-GPE'],
])('takes the column before the last for outer spans where %s', async (_, text) => {
  const { records } = await readAll(files(text));
  const inner = text.split('B-').at(-1);
  expect(records).toEqual([
    { tokens: ['Graz', 'Grazer'], ner_tags: ['B-LOC', 'B-ORG'], ner_tags_2: ['O', `B-${inner}`] },
  ]);
});

it('takes numbered words with two columns of tags for outer and inner ones where none is inner', async () => {
  const { records } = await readAll(files('1\tin\tO\tO\n2\tGraz\tB-LOC\tO'));
  expect(records).toEqual([
    { tokens: ['in', 'Graz'], ner_tags: ['O', 'B-LOC'], ner_tags_2: ['O', 'O'] },
  ]);
});

it('reads two columns, as CoNLL 2002 has them, and files of O alone', async () => {
  const one = await readAll('Melbourne B-LOC\n( O\nAustralia B-LOC\n) O\n\nSan B-LOC\n');
  expect(one.records).toEqual([
    { tokens: ['Melbourne', '(', 'Australia', ')'], ner_tags: ['B-LOC', 'O', 'B-LOC', 'O'] },
    { tokens: ['San'], ner_tags: ['B-LOC'] },
  ]);
  expect(one.notes).toEqual([]);
  const none = await readAll('El\tO\nperro\tO\n\nLadra\tO\n', { name: 'dev.txt' });
  expect(none.records).toEqual([
    { tokens: ['El', 'perro'], ner_tags: ['O', 'O'] },
    { tokens: ['Ladra'], ner_tags: ['O'] },
  ]);
});

it('ends a sentence where a document begins or ends, without a blank line before, and not at a comment', async () => {
  const documents =
    '-DOCSTART- O\na O\nb B-X\n-DOCSTART- O\nc O\n# about d\nd O\n#end document\n#begin document (e); part 0\ne O\n';
  const { records, numbers } = await readAll(documents);
  expect(records).toMatchObject([
    { tokens: ['a', 'b'] },
    { tokens: ['c', 'd'] },
    { tokens: ['e'] },
  ]);
  expect(numbers).toEqual([2, 5, 10]);
});

it.each([0, 1])(
  'ends a sentence where numbers begin again at %d, and not at a comment',
  async (first) => {
    const sentence = (...words: string[]) =>
      words.map((word, at) => `${at + first}\t${word}\tO\n`).join('');
    const a = sentence('a', 'b', 'c').replace(/(?<=a\tO\n)/, '# note\n');
    const { records, numbers } = await readAll(`${a}${sentence('d')}${sentence('e', 'f')}`);
    expect(records).toMatchObject([
      { tokens: ['a', 'b', 'c'] },
      { tokens: ['d'] },
      { tokens: ['e', 'f'] },
    ]);
    expect(numbers).toEqual([1, 5, 6]);
  },
);

it('takes numbered beginnings of documents for no words', async () => {
  const text = files('1\t-DOCSTART-\tO', '1\ta\tO\n2\tb\tB-X', '0\t-DOCSTART-\tO', '1\tc\tO');
  const { records } = await readAll(text);
  expect(records).toEqual([
    { tokens: ['a', 'b'], ner_tags: ['O', 'B-X'] },
    { tokens: ['c'], ner_tags: ['O'] },
  ]);
});

it.each([' ', '\t'])('takes "#" for a word where it has a tag, between %j', async (blank) => {
  const rows = ['a O', '# O', '#1 B-X', '#a O'].map((row) => row.replace(' ', blank));
  const { records } = await readAll(`${rows.join('\n')}\n`.repeat(2));
  expect(records).toEqual([
    {
      tokens: ['a', '#', '#1', '#a', 'a', '#', '#1', '#a'],
      ner_tags: ['O', 'O', 'B-X', 'O', 'O', 'O', 'B-X', 'O'],
    },
  ]);
});

it('names lines that begin with "#" and are neither words nor comments', async () => {
  const { lines } = await readAll(`${'a\tO\nb\tB-X\n\n'.repeat(5)}#c\nd\tO\n`);
  expect(lines).toContainEqual({
    number: 16,
    problem: { rule: 'columns', message: 'the line has 1 columns, and most lines have 2' },
  });
});

it('leaves out a first line that names the columns, and says so', async () => {
  const text = files('id\ttoken\tner_tag\n1\ta\tO\n2\tb\tB-X', '1\tc\tO');
  const { records, notes } = await readAll(text, { name: 'train.tsv' });
  expect(records).toEqual([
    { tokens: ['a', 'b'], ner_tags: ['O', 'B-X'] },
    { tokens: ['c'], ner_tags: ['O'] },
  ]);
  expect(notes).toMatchObject([
    { rule: 'word-columns' },
    { number: 1, rule: 'preamble', message: 'the line names the columns, and is no row' },
  ]);
});

it('keeps a first word that is called as columns are', async () => {
  const { records, notes } = await readAll(
    'Word NN\ncounts VBZ\n. .\n\nIt PRP\nis VBZ\n\n'.repeat(4),
  );
  expect(records[0]).toEqual({ tokens: ['Word', 'counts', '.'], tags: ['NN', 'VBZ', '.'] });
  expect(notes).toEqual([]);
});

it('reads CoNLL-U with its words that are numbered otherwise', async () => {
  const rest = '_\t_\t_\t_\t_\t_';
  const text = files(
    `# sent_id = 1\n# text = zum Haus\n1-2\tzum\t_\t_\t${rest}\n1\tzu\tzu\tADP\t${rest}\n2\tdem\tder\tDET\t${rest}\n2.1\tx\tx\tX\t${rest}\n3\t#\t#\tSYM\t${rest}`,
    `#sent_id = 2\n1\tIt\tit\tPRON\t${rest}`,
  );
  const { records, notes } = await readAll(text);
  expect(records).toEqual([
    { tokens: ['zu', 'dem', '#'], tags: ['ADP', 'DET', 'SYM'] },
    { tokens: ['It'], tags: ['PRON'] },
  ]);
  expect(notes).toMatchObject([
    { message: 'Column 2 of 10 has the words, and column 4 their tags (tags)' },
  ]);
});

it('takes no numbered table of texts for words', async () => {
  const text = `id\ttext\tlabel\n${['good', 'bad', 'so', 'so'].map((word, at) => `${at + 1}\t${word} film\tPOS`).join('\n')}\n`;
  const { records } = await readAll(text, { name: 'a.tsv' });
  expect(records[0]).toEqual({ id: '1', text: 'good film', label: 'POS' });
});
