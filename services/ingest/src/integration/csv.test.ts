import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIngest } from './ingest.fixture.ts';

const encoder = 'small-bert';
let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
  await service.addEncoder(encoder, 64);
});
afterAll(() => service[Symbol.asyncDispose]());

const run = (text: string) => service.run(text, { model: encoder });

async function stored(text: string) {
  const job = await run(text);
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, rows } = await service.dataset(job);
  return { task: manifest.task, rows: await rows(manifest.train) };
}

it('reads labels of a table, with quotes, line ends and a byte order mark', async () => {
  const { task, rows } = await stored(
    '\ufefftext,label\r\n"Where, please?",ham\r\n"two\r\nlines ""here""",spam\r\n',
  );
  expect(task).toMatchObject({ labels: ['ham', 'spam'] });
  expect(rows).toMatchObject([
    { line: 2, text: 'Where, please?', label: 'ham' },
    { line: 3, text: 'two\r\nlines "here"', label: 'spam' },
  ]);
});

it('takes numbers and lists for what they are', async () => {
  expect((await stored('sentence1;sentence2;label\na;b;0.5\nc;d;3\n')).task).toMatchObject({
    problem: 'regression',
  });
  expect((await stored('text,labels\na,"[""x"",""y""]"\nb,[]\n')).task).toMatchObject({
    problem: 'multi-label',
  });
  const { rows } = await stored('tokens\tner_tags\n["a","b"]\t["O","B-X"]\n');
  expect(rows).toMatchObject([{ kind: 'tagged', tags: ['O', 'B-X'] }]);
});

it.each<[string, string, string]>([
  ['cells', 'text,label\na,x\nb,y,z\n', 'Line 3: the row has 3 cells, and the first line names 2'],
  ['quotes', 'text,label\n"a","x"\n"b,y\n', 'Line 3: a quote is not closed.'],
  ['lists', 'text,labels\na,"[""x""]"\nb,[x]\n', 'Line 3: the cell of labels is not valid JSON.'],
  ['NaN', 'text,label\na,0.5\nb,NaN\nc,0.25\n', 'Line 3: label must be a number, not "NaN".'],
  ['an empty cell', 'text,label\na,x\n,y\n', 'Line 3: text must not be empty.'],
  [
    'a column twice',
    'text,label,label\na,x,y\n',
    'The file names the column "label" twice in its first line.',
  ],
])('names what is wrong with %s', async (_, text, message) => {
  expect((await run(text)).error?.message).toContain(message);
});
