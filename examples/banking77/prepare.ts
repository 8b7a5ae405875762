import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chatLine, largestIntents, readQuestions } from './rows.ts';

const usage =
  'node examples/banking77/prepare.ts --source <folder with train.csv and test.csv> --out <folder> [--intents 10]';

/**
 * Writes `train.jsonl` and `test.jsonl` with the questions of the largest intents of `train.csv`.
 * Both files keep the order of their source.
 */
async function prepare(source: string, out: string, intents: number): Promise<void> {
  const read = async (name: string) =>
    readQuestions(await readFile(path.join(source, name), 'utf8'), name);
  const train = await read('train.csv');
  const test = await read('test.csv');
  const chosen = new Set(largestIntents(train, intents));
  await mkdir(out, { recursive: true });
  for (const [name, questions] of [
    ['train.jsonl', train],
    ['test.jsonl', test],
  ] as const) {
    const kept = questions.filter(({ intent }) => chosen.has(intent));
    await writeFile(path.join(out, name), `${kept.map(chatLine).join('\n')}\n`);
    console.log(`${path.join(out, name)}: ${kept.length} questions of ${chosen.size} intents`);
  }
}

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    out: { type: 'string' },
    intents: { type: 'string', default: '10' },
  },
});
const intents = Number(values.intents);
if (!values.source || !values.out || !Number.isInteger(intents) || intents < 2) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await prepare(values.source, values.out, intents);
}
