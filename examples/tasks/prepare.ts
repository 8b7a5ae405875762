import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chatLine, readQuestions } from '../banking77/rows.ts';
import * as rows from './rows.ts';

type Sides = { readonly train: rows.Row[]; readonly test: rows.Row[] };

/** Every fifth for the test, in the order of the source. */
function everyFifth<Item>(items: readonly Item[]): { train: Item[]; test: Item[] } {
  return {
    train: items.filter((_, at) => at % 5 !== 4),
    test: items.filter((_, at) => at % 5 === 4),
  };
}

/** The rows of each data set, by the name that its files get: read from a folder with the data sets as published. */
const dataSets: Readonly<Record<string, (folder: string) => Promise<Sides>>> = {
  'banking77-labels': (folder) => tables(folder, rows.banking77Rows),
  'banking77-chats': (folder) =>
    tables(folder, (table) =>
      readQuestions(table, 'banking77').map((row) => JSON.parse(chatLine(row)) as rows.Row),
    ),
  'banking77-pairs': (folder) => tables(folder, rows.banking77Pairs),
  async wnut17(folder) {
    const read = async (name: string) => rows.conllRows(await text(folder, 'wnut17', name));
    return { train: await read('train.conll'), test: await read('test.conll') };
  },
  async snips(folder) {
    const names = await readdir(path.join(folder, 'snips'));
    const read = async (start: string) => {
      const files = names.filter((name) => name.startsWith(start)).toSorted();
      const all = await Promise.all(
        files.map(async (name) => rows.snipsRows(await text(folder, 'snips', name))),
      );
      return all.flat();
    };
    return { train: await read('train_'), test: await read('validate_') };
  },
  async xquad(folder) {
    const articles = rows.squadArticles(await text(folder, 'xquad-en', 'xquad.en.json'));
    const { train, test } = everyFifth(articles);
    return { train: train.flat(), test: test.flat() };
  },
  async polarity(folder) {
    const read = async (name: string) =>
      (await readFile(path.join(folder, 'sentence-polarity', name))).toString('latin1');
    const bad = rows.sentenceRows(await read('rt-polarity.neg'), 'negative');
    const good = rows.sentenceRows(await read('rt-polarity.pos'), 'positive');
    return everyFifth(bad.flatMap((row, at) => [row, good[at] ?? []].flat()));
  },
  async 'pubmed-labels'(folder) {
    return everyFifth(rows.pubmedRows(await text(folder, 'pubmedqa', 'pqal-400.json')));
  },
  async 'pubmed-chats'(folder) {
    return everyFifth(rows.pubmedSummaries(await text(folder, 'pubmedqa', 'pqal-400.json')));
  },
  'gsm8k-chats': (folder) => problems(folder, rows.gsm8kRows),
  'gsm8k-pairs': (folder) => problems(folder, rows.gsm8kPairs),
};

function text(...parts: readonly string[]): Promise<string> {
  return readFile(path.join(...parts), 'utf8');
}

type Read = (content: string) => rows.Row[];

async function tables(folder: string, read: Read): Promise<Sides> {
  const side = async (name: string) => read(await text(folder, 'banking77', name));
  return { train: await side('train.csv'), test: await side('test.csv') };
}

async function problems(folder: string, read: Read): Promise<Sides> {
  const side = async (name: string) => read(await text(folder, 'gsm8k', name));
  return { train: await side('train-1500.jsonl'), test: await side('test.jsonl') };
}

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const { source, out } = values;
const wanted = values.only ?? Object.keys(dataSets);
if (source === undefined || out === undefined || wanted.some((name) => !(name in dataSets))) {
  console.error(
    `node examples/tasks/prepare.ts --source <folder of data sets> --out <folder> [--only <name> …]\nnames: ${Object.keys(dataSets).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  await mkdir(out, { recursive: true });
  for (const name of wanted) {
    const sides = await dataSets[name]?.(source);
    for (const [side, list] of Object.entries(sides ?? {})) {
      const file = path.join(out, `${name}.${side}.jsonl`);
      await writeFile(file, list.map((row) => `${JSON.stringify(row)}\n`).join(''));
      console.log(`${file}: ${list.length} rows`);
    }
  }
}
