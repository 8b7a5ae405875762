import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Conversation, toFirstCall, toRow } from './rows.ts';

const usage =
  'node examples/tools/prepare.ts --source <glaive-function-calling as a JSON list> --out <folder> [--test 0.2] [--first-calls]';

/** Writes `train.jsonl` and `test.jsonl`: every so-manieth conversation is for the test. */
async function prepare(source: string, out: string, share: number): Promise<void> {
  const conversations = JSON.parse(await readFile(source, 'utf8')) as Conversation[];
  const whole = conversations.flatMap((each) => toRow(each) ?? []);
  const rows = values['first-calls'] ? whole.map(toFirstCall) : whole;
  const every = Math.round(1 / share);
  const isTest = (index: number) => index % every === every - 1;
  await mkdir(out, { recursive: true });
  for (const [name, some] of [
    ['train.jsonl', rows.filter((_, index) => !isTest(index))],
    ['test.jsonl', rows.filter((_, index) => isTest(index))],
  ] as const) {
    const file = path.join(out, name);
    await writeFile(file, some.map((row) => `${JSON.stringify(row)}\n`).join(''));
    console.log(`${file}: ${some.length} conversations`);
  }
  const left = conversations.length - rows.length;
  if (left > 0) console.log(`${left} left out: no answer, or a call that does not fit its tool`);
}

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    out: { type: 'string' },
    test: { type: 'string', default: '0.2' },
    'first-calls': { type: 'boolean', default: false },
  },
});
const share = Number(values.test);
if (!values.source || !values.out || !(share > 0 && share <= 0.5)) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await prepare(values.source, values.out, share);
}
