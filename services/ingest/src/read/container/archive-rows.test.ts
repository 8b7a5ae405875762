import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { describe, expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';
import { type ZipFile, zipOf } from './zip.fixture.ts';

const rowsOf = (...texts: string[]) => texts.map((text) => JSON.stringify({ text })).join('\n');
const file = (name: string, ...texts: string[]): ZipFile => ({ name, data: rowsOf(...texts) });

/** What is read of an archive: `member line text`, and what is told of it. */
async function read(files: readonly ZipFile[], options: Parameters<typeof readAll>[1] = {}) {
  await using folder = await tempFolder();
  const splits: string[] = [];
  const { lines, records, notes } = await readAll(zipOf(files), {
    folder: folder.path,
    onSplit: (split) => splits.push(split),
    ...options,
  });
  expect(await readdir(folder.path)).toEqual([]);
  const rows = lines.map(({ member, number }, at) => {
    const record = records[at] as { text?: string };
    return `${member} ${number} ${record.text ?? JSON.stringify(record)}`;
  });
  const told = notes.map(({ member, message }) => (member ? `${member} ${message}` : message));
  return { rows, told, splits };
}

describe('files of splits', () => {
  const shards = [
    file('data/validation-00000-of-00001.jsonl', 'v'),
    file('data/train-00001-of-00002.jsonl', 'c'),
    file('data/test-00000-of-00001.jsonl', 't'),
    file('data/train-00000-of-00002.jsonl', 'a', 'b'),
  ];

  it('are taken by their names, shards in order, and others are told', async () => {
    expect(await read(shards)).toEqual({
      rows: [
        'data/train-00000-of-00002.jsonl 1 a',
        'data/train-00000-of-00002.jsonl 2 b',
        'data/train-00001-of-00002.jsonl 1 c',
      ],
      told: ['data/test-00000-of-00001.jsonl was left out: it is the split test'],
      splits: ['test', 'validation'],
    });
    const { rows } = await read(shards, { wanted: 'validation' });
    expect(rows).toEqual(['data/validation-00000-of-00001.jsonl 1 v']);
  });

  it('of an upload for validation are those of validation, or else of test', async () => {
    const { rows } = await read(shards, { wanted: 'held-out' });
    expect(rows).toEqual(['data/validation-00000-of-00001.jsonl 1 v']);
    const some = await read([file('train.jsonl', 'a'), file('test.jsonl', 't')], {
      wanted: 'held-out',
    });
    expect(some.rows).toEqual(['test.jsonl 1 t']);
    expect(some.told).toEqual(['train.jsonl was left out: it holds rows to train on']);
  });

  it('may be folders, and files without one are all to train on', async () => {
    const folders = [file('dev/x.jsonl', 'v'), file('training/x.jsonl', 'a')];
    expect((await read(folders)).rows).toEqual(['training/x.jsonl 1 a']);
    expect((await read([file('b.jsonl', 'b'), file('a.jsonl', 'a')])).rows).toEqual([
      'a.jsonl 1 a',
      'b.jsonl 1 b',
    ]);
    expect((await read([file('test.jsonl', 'only')])).rows).toEqual(['test.jsonl 1 only']);
  });

  it('that name no split are told where others do, and a lone test is refused', async () => {
    const { rows, told } = await read([file('train.jsonl', 'a'), file('extra.jsonl', 'b')]);
    expect(rows).toEqual(['train.jsonl 1 a']);
    expect(told).toEqual([
      'extra.jsonl was left out: its name says no split, and those of others do',
    ]);
    await expect(read([file('test/a.jsonl', 'a'), file('test/b.jsonl', 'b')])).rejects.toThrow(
      'The file is an archive that holds only the splits test, and rows of another are wanted.',
    );
  });

  it('are those that README.md names', async () => {
    const card = (lines: string) => ({
      name: 'set/README.md',
      data: `---\n${lines}\n---\n# Set\n`,
    });
    const configs = `configs:
- config_name: small
  data_files: small/*.jsonl
- config_name: default
  data_files:
  - split: train
    path: ["a*.jsonl", "more/**"]
  - split: dev
    path: b.jsonl`;
    const files = [
      ...[file('set/a1.jsonl', 'a'), file('set/b.jsonl', 'b'), file('set/more/c.jsonl', 'c')],
      file('set/small/d.jsonl', 'd'),
    ];
    expect(await read([card(configs), ...files])).toEqual({
      rows: ['set/a1.jsonl 1 a', 'set/more/c.jsonl 1 c'],
      told: [
        'set/README.md was left out: it tells of the data',
        'The configuration default of README.md was read, and not small',
        'set/small/d.jsonl was left out: README.md does not name it in the configuration default',
      ],
      splits: ['validation'],
    });
    const { rows } = await read([card('license: mit'), ...files]);
    expect(rows).toHaveLength(4);
    for (const wrong of ['configs: {', 'license: [mit\nlanguage: : en'])
      await expect(read([card(wrong), ...files])).rejects.toThrow(
        'The file has a README.md whose head cannot be read.',
      );
    const twice = await read([card('license: mit\nlicense: mit'), ...files]);
    expect(twice.rows).toHaveLength(4);
  });

  it('are those of the folder that README.md names, with the splits that their names say', async () => {
    const configs = `configs:
- config_name: en
  data_dir: en
- config_name: de
  data_dir: ./de/
  default: true`;
    const readme = (config: string) => ({ name: 'README.md', data: `---\n${config}\n---\n` });
    const files = [
      ...[file('en/train.jsonl', 'en'), file('de/train.jsonl', 'de'), file('de/dev.jsonl', 'dev')],
      ...[file('fr/train/a.jsonl', 'fr'), file('fr/b.jsonl', 'b')],
    ];
    const { rows, told, splits } = await read([readme(configs), ...files]);
    expect(rows).toEqual(['de/train.jsonl 1 de']);
    expect(splits).toEqual(['validation']);
    expect(told).toContain('The configuration de of README.md was read, and not en');
    expect(told).toContain(
      'en/train.jsonl was left out: README.md does not name it in the configuration de',
    );
    const other = await read([readme(configs.replace('\n  default: true', '')), ...files]);
    expect(other.rows).toEqual(['en/train.jsonl 1 en']);
    const some = 'configs:\n- config_name: fr\n  data_dir: fr\n  data_files: train/*.jsonl';
    const french = await read([readme(some), ...files]);
    expect(french.rows).toEqual(['fr/train/a.jsonl 1 fr']);
  });
});

it('reads files of every kind, also packed, and names those that it cannot', async () => {
  const { rows, told } = await read([
    { name: 'a.csv', data: 'text,label\none,x\ntwo,y\n' },
    { name: 'b.jsonl.gz', data: gzipSync(rowsOf('three')) },
    { name: 'c.json', data: `[${rowsOf('four')}]`, isStored: true },
    { name: 'd.zip', data: zipOf([file('x.jsonl', 'x')]) },
    { name: 'e.pdf', data: '%PDF-1.7' },
    { name: 'f.txt', data: 'Some words.' },
    { name: 'LICENSE', data: 'MIT' },
    { name: '.hidden.jsonl', data: rowsOf('hidden') },
    { name: '__MACOSX/._a.csv', data: 'x' },
    { name: 'empty.jsonl', data: '' },
    { name: 'folder/', data: '' },
  ]);
  expect(rows).toEqual(['a.csv 2 one', 'a.csv 3 two', 'b.jsonl.gz 1 three', 'c.json 1 four']);
  expect(told).toEqual([
    '.hidden.jsonl was left out: it is hidden',
    'LICENSE was left out: it tells of the data',
    'd.zip was left out: it is an archive in an archive',
    'e.pdf was left out: it is a PDF document; save its text as UTF-8 text or Markdown',
    'empty.jsonl was left out: it is empty',
    'f.txt was left out: it is text beside files of rows',
  ]);
});

it('names the file that it cannot read on, and why no file holds rows', async () => {
  const rows = rowsOf(...Array.from({ length: 50 }, (_, at) => `row ${at}`));
  const short = { name: 'b.jsonl.gz', data: gzipSync(rows).subarray(0, -9) };
  await expect(read([file('a.jsonl', 'a'), short])).rejects.toThrow(
    'The file is cut short: its gzip data end too early, in b.jsonl.gz.',
  );
  await expect(read([file('a.jsonl', 'a'), { name: 'b.parquet', data: 'PAR1' }])).rejects.toThrow(
    'The file is cut short: the end of its Parquet data is missing, in b.parquet.',
  );
  const garbage = { name: 'b.gz', data: Buffer.from('1f8b0800000000000003ffff', 'hex') };
  await expect(read([file('a.jsonl', 'a'), garbage])).rejects.toThrow(
    'The file is damaged: its gzip data cannot be unpacked, in b.gz.',
  );
  const arrow = { name: 'data-00000-of-00001.arrow', data: Buffer.from('ffffffff00', 'hex') };
  const files = [{ name: 'README.md', data: '# Rows' }, { name: 'state.json', data: '{}' }, arrow];
  await expect(read(files)).rejects.toThrow(
    'The file is an archive without files of rows: data-00000-of-00001.arrow is an Arrow stream; save it as JSON Lines or Parquet.',
  );
});

it('takes texts where there are no rows', async () => {
  const { rows } = await read([
    { name: 'b.md', data: '# One\n\nText\n\n## Two\n\nMore' },
    { name: 'a.txt', data: 'First.\n\nSecond.\n' },
  ]);
  expect(rows).toEqual([
    'a.txt 1 First.\n\nSecond.',
    'b.md 1 # One\n\nText',
    'b.md 5 ## Two\n\nMore',
  ]);
});

describe('refuses what is hostile, and leaves nothing behind', () => {
  const good = file('a.jsonl', 'a');
  const link = 0o120777 * 2 ** 16;
  it.each<[string, readonly ZipFile[], string]>([
    ['a password', [{ ...good, flags: 1 }], 'is an archive with a password; save it without one'],
    ['strong encryption', [{ ...good, flags: 0x41 }], 'is an archive with a password'],
    ['another method', [{ ...good, method: 12 }], 'is an archive packed by another method'],
    [
      'overlapping files',
      [good, { ...good, name: 'b.jsonl', sharedWith: 0 }],
      'is an archive whose files overlap',
    ],
    ['one name twice', [good, good], 'is an archive with two files "a.jsonl"'],
    [
      'a wrong checksum',
      [{ ...good, crc: 7 }],
      'is damaged: the bytes of "a.jsonl" are not those that were packed',
    ],
    [
      'more bytes than it says',
      [{ ...good, size: 5 }],
      'is damaged: "a.jsonl" in the archive cannot be read',
    ],
    [
      'fewer bytes than it says',
      [{ ...good, size: 5000 }],
      'is damaged: "a.jsonl" in the archive cannot be read',
    ],
    [
      'sizes beyond the limit',
      [
        { ...good, size: 2 ** 31 },
        { ...good, name: 'b', size: 2 ** 31 },
      ],
      'holds more than 1 GB when unpacked',
    ],
    [
      'a long name',
      [{ ...good, name: 'a'.repeat(2000) }],
      'is an archive with a name of more than 1 KiB',
    ],
    [
      'too many files',
      Array.from({ length: 40 }, (_, at) => file(`${at}.jsonl`)),
      'is an archive of more than 30 files',
    ],
    [
      'no rows',
      [
        { name: 'a.png', data: Buffer.from('89504e47', 'hex') },
        { name: 'x/', data: '' },
      ],
      'is an archive without files of rows',
    ],
    [
      'a bomb',
      [{ name: 'a.txt', data: Buffer.alloc(10_000_000, 'x') }],
      'unpacks to more than 300 times its size, as no rows do',
    ],
    [
      'a spreadsheet',
      [{ name: 'xl/workbook.xml', data: '<x/>' }],
      'is a spreadsheet (.xlsx); save the sheet as CSV',
    ],
    ['a Word document', [{ name: 'word/document.xml', data: '<x/>' }], 'is a Word document'],
  ])('%s', async (_, files, what) => {
    const limits = { maxUnpackedBytes: 1e9, maxArchiveFiles: 30, unpackGraceBytes: 1e6 };
    await expect(read(files, { limits })).rejects.toThrow(`The file ${what}`);
  });

  it('names that lead elsewhere, and links', async () => {
    const names = [
      '../../up.jsonl',
      '/etc/cron.jsonl',
      'C:\\x.jsonl',
      'a/../../b.jsonl',
      'n\u0000l.jsonl',
    ];
    const { rows, told } = await read([
      good,
      ...names.map((name) => file(name, 'outside')),
      { ...file('link.jsonl', '/etc/passwd'), attributes: link },
    ]);
    expect(rows).toEqual(['a.jsonl 1 a']);
    expect(told.toSorted()).toEqual(
      [
        '../../up.jsonl was left out: its name leads out of the archive',
        '/etc/cron.jsonl was left out: its name leads out of the archive',
        'C:/x.jsonl was left out: its name leads out of the archive',
        'a/../../b.jsonl was left out: its name leads out of the archive',
        'link.jsonl was left out: it is a link',
        'n\u0000l.jsonl was left out: its name has characters that cannot be seen',
      ].toSorted(),
    );
  });

  it('an archive that is cut short anywhere', async () => {
    const whole = zipOf([file('a.jsonl', ...Array.from({ length: 50 }, (_, at) => `row ${at}`))]);
    for (const at of [10, 100, whole.length - 60, whole.length - 10])
      await expect(readAll(whole.subarray(0, at))).rejects.toThrow('The file is cut short');
  });
});
