import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as rows from './rows.ts';

type Rows = ReturnType<typeof rows.squadRows>;
type Files = Readonly<Record<string, Rows>>;

const usage = 'node examples/tasks/prepare.ts --set <name> --source <its folder> --out <folder>';
const { values } = parseArgs({
  options: { set: { type: 'string' }, source: { type: 'string' }, out: { type: 'string' } },
});

/** Each data set by the name of its folder: the files of rows that come of it. */
const sets: Readonly<Record<string, (read: (file: string) => Promise<string>) => Promise<Files>>> =
  {
    banking77: async (read) => ({
      train: rows.banking77Rows(await read('train.csv')),
      test: rows.banking77Rows(await read('test.csv')),
    }),
    wnut17: async (read) => ({
      train: rows.conllRows(await read('train.conll')),
      test: rows.conllRows(await read('test.conll')),
    }),
    snips: async (read) => {
      const names = await readdir(values.source ?? '');
      const of = async (part: string): Promise<Rows> => {
        const files = names.filter((name) => name.startsWith(part)).sort();
        return (await Promise.all(files.map(read))).flatMap(rows.snipsRows);
      };
      return { train: await of('train_'), test: await of('validate_') };
    },
    'xquad-en': async (read) => ({ train: rows.squadRows(await read('xquad.en.json')) }),
    'sentence-polarity': async (read) => ({
      train: [
        ...rows.sentenceRows(await read('rt-polarity.pos'), 'positive'),
        ...rows.sentenceRows(await read('rt-polarity.neg'), 'negative'),
      ],
    }),
    pubmedqa: async (read) => {
      const json = await read('pqal-400.json');
      return { train: rows.pubmedRows(json), summaries: rows.pubmedSummaries(json) };
    },
    gsm8k: async (read) => ({
      train: rows.gsm8kRows(await read('train-1500.jsonl')),
      test: rows.gsm8kRows(await read('test.jsonl')),
    }),
  };

const { set = '', source, out } = values;
const make = sets[set];
if (make === undefined || source === undefined || out === undefined) {
  console.error(`${usage}\nsets: ${Object.keys(sets).join(', ')}`);
  process.exitCode = 2;
} else {
  // Sentence polarity is in Latin-1; the other files are UTF-8.
  const encoding = set === 'sentence-polarity' ? 'latin1' : 'utf8';
  const files = await make((file) => readFile(path.join(source, file), encoding));
  await mkdir(out, { recursive: true });
  for (const [name, list] of Object.entries(files)) {
    const file = path.join(out, `${name}.jsonl`);
    await writeFile(file, list.map((row) => `${JSON.stringify(row)}\n`).join(''));
    console.log(`${file}: ${list.length} rows`);
  }
}
