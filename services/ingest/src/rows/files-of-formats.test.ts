/** Every way to write rows, in every container, as it is and packed: what goes in by hand is what comes out. */
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import { describe, expect, it } from 'vitest';
import { hubArchive, packings, recordFiles } from '../read/container/written-files.fixture.ts';
import { writtenRows } from '../read/format/written-rows.fixture.ts';
import { byteUploads, lookAt } from '../read/real-files.fixture.ts';

type Look = Awaited<ReturnType<typeof lookAt>>;

/** Rows without their lines, which are of the file that they stand in. */
const plain = ({ line: _, ...row }: CanonicalRow) => row;
const rowsOf = ({ read }: Look) => read.flatMap(({ row }) => (row === undefined ? [] : plain(row)));

/** Containers whose cells are of one type in each column, and cannot lack a value but be empty: no wrong row looks as it does in JSON. */
const areColumns = ['csv', 'tsv', 'parquet'];

/** A container for each way to write rows, as it is and in archives; packed in every way for some. */
const packedWays = ['chat', 'labels', 'spans'];

describe.each([...writtenRows])('%s', (way, written) => {
  const { architecture = 'decoder', data, format, columns, canonical } = written;
  const right = [...new Set(canonical.map(({ line }) => line))];
  const look = async (name: string, bytes: Uint8Array) => {
    const asked = data === undefined ? {} : { data };
    const seen = await lookAt(byteUploads([[name, bytes]]), architecture, asked);
    return { name, format: seen.format, columns: seen.columns, rows: rowsOf(seen) };
  };

  it.each(Object.keys(recordFiles))('in %s', async (extension) => {
    const all = written.rows;
    const rows = areColumns.includes(extension)
      ? all.filter((_, at) => right.includes(at + 1))
      : all;
    const write = recordFiles[extension] ?? expect.fail('no such container');
    const wanted = { format, columns, rows: canonical.map(plain) };
    const files = packings(`rows.${extension}`, write(rows));
    for (const [packed, file] of packedWays.includes(way) ? files : files.slice(0, 1))
      expect(await look(packed, file)).toEqual({ name: packed, ...wanted });
    // A file of one row does not say by its bytes that it is one of lines.
    const half = rows.length < 4 ? rows.length : rows.length / 2;
    const parts = [rows.slice(0, half), rows.slice(half)].filter((part) => part.length > 0);
    const hub = hubArchive(extension, parts.map(write));
    expect(await look('hub.zip', hub)).toEqual({ name: 'hub.zip', ...wanted });
  });
});

const sentence = {
  kind: 'tagged',
  text: 'Ann Lee met Bo Graz Linz',
  words: [
    [0, 3],
    [4, 7],
    [8, 11],
    [12, 14],
    [15, 19],
    [20, 24],
  ],
  tags: ['B-PER', 'I-PER', 'O', 'B-PER', 'B-LOC', 'B-LOC'],
};
const conll = (tags: string): string =>
  `-DOCSTART- O\n\n${'Ann Lee met Bo Graz Linz'
    .split(' ')
    .map((word, at) => `${word} ${tags.split(' ')[at]}\n`)
    .join('')}\n`;
/** As GermEval has them: numbered, with outer and inner tags, below a comment. */
const numbered = `#\thttps://x.example/Ann [2026-01-01]\n${sentence.text
  .split(' ')
  .map((word, at) => `${at + 1}\t${word}\t${sentence.tags[at]}\t${at === 1 ? 'B-LOC' : 'O'}\n`)
  .join('')}\n`;
const paragraph = (qas: readonly object[]) =>
  JSON.stringify({
    version: 'v2.0',
    data: [{ title: 'Ann', paragraphs: [{ context: '😀 Ann lives in Graz.', qas }] }],
  });
const answered = { id: '7', question: 'Who?', answers: [{ text: 'Ann', answer_start: 2 }] };
const asked = {
  ...{ kind: 'question', id: '7', question: 'Who?', context: '😀 Ann lives in Graz.' },
  answers: [{ text: 'Ann', start: 3 }],
};

/** Files whose rows are no records. */
const files: readonly (readonly [
  name: string,
  text: string,
  learner: 'encoder' | 'decoder',
  format: FormatName,
  rows: readonly object[],
])[] = [
  ['iob2.conll', conll('B-PER I-PER O B-PER B-LOC B-LOC'), 'encoder', 'tags', [sentence]],
  ['iob1.conll', conll('I-PER I-PER O I-PER I-LOC B-LOC'), 'encoder', 'tags', [sentence]],
  ['iobes.conll', conll('B-PER E-PER O S-PER S-LOC S-LOC'), 'encoder', 'tags', [sentence]],
  ['bilou.conll', conll('B-PER L-PER O U-PER U-LOC U-LOC'), 'encoder', 'tags', [sentence]],
  ['NER-de-train.tsv', numbered, 'encoder', 'tags', [sentence]],
  ['squad-1.json', paragraph([answered]), 'encoder', 'squad', [asked]],
  [
    'squad-2.json',
    paragraph([
      { ...answered, is_impossible: false },
      { id: '8', question: 'When?', answers: [], is_impossible: true, plausible_answers: [] },
    ]),
    'encoder',
    'squad',
    [asked, { ...asked, id: '8', question: 'When?', answers: [] }],
  ],
  [
    'text.txt',
    'It rains.\nAnd it pours.\n\nThe sun\nis out.\n',
    'decoder',
    'text',
    [{ kind: 'text', part: 0, text: 'It rains.\nAnd it pours.\n\nThe sun\nis out.' }],
  ],
  [
    'page.md',
    '# Rain\n\nIt rains.\n\n## Sun\n\n- It is out.\n',
    'decoder',
    'text',
    [
      { kind: 'text', part: 0, text: '# Rain\n\nIt rains.' },
      { kind: 'text', part: 0, text: '## Sun\n\n- It is out.' },
    ],
  ],
];

it.each(files)('%s, as it is and packed', async (name, text, learner, format, rows) => {
  for (const [packed, file] of packings(name, Buffer.from(text))) {
    const seen = await lookAt(byteUploads([[packed, file]]), learner);
    expect({ packed, format: seen.format, rows: rowsOf(seen) }).toEqual({ packed, format, rows });
  }
});
