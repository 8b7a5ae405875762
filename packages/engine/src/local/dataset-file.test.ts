import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { afterAll, expect, it } from 'vitest';
import { readDataset } from './dataset-file.ts';
import { loadEncoders } from './encoders.ts';
import { localPolicy } from './long-rows.ts';

const models = join(import.meta.dirname, '../../../../models');
const encoder = await loadEncoders(join(models, 'lathe-tiny-encoder'));
const decoder = await loadEncoders(join(models, 'lathe-tiny'));
const folder = await mkdtemp(join(tmpdir(), 'lathe-rows-'));
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function write(rows: readonly object[]): Promise<string> {
  const file = join(folder, `${files++}.jsonl`);
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  return file;
}

const short = { text: 'a', label: 'x' };
it.each<[string, readonly object[], RecipeInput, string]>([
  ['no row', [{ id: 1 }], {}, 'line 1: a record needs fields such as'],
  ['rows of another task', [{ messages: [] }], {}, 'line 1: chat rows alone do not say'],
  ['another row', [short, { text: 'b' }], {}, 'line 2: a record of the task classification needs'],
  ['an empty text', [{ ...short, text: '' }], {}, 'line 1: text must be a text'],
  ['a list of labels', [short, { ...short, label: ['x'] }], {}, 'the label must be a list'],
  [
    'an unknown label',
    [short],
    { task: { type: 'classification', labels: ['y'] } },
    'line 1: "x" is none of the 1 labels of the task',
  ],
  ['a label for a number', [{ text: 'a', score: 0.5 }, short], {}, 'line 2: a label is "x"'],
  ['tags', [{ tokens: ['a', 'b'], tags: ['O'] }], {}, 'there are 1 tags for 2 words'],
  [
    'a span',
    [{ text: 'a b', spans: [{ start: 2, end: 4, label: 'X' }] }],
    {},
    'a span goes from 2 to 4 of 3',
  ],
  [
    'an answer',
    [{ question: 'q', context: 'c', answers: { text: ['d'], answer_start: [0] } }],
    {},
    'answers: "d" is not in the context at 0',
  ],
  [
    'some scores',
    [
      { anchor: 'a', positive: 'b' },
      { sentence1: 'a', sentence2: 'b', score: 1 },
    ],
    {},
    'line 2: either all rows have a score or none has one',
  ],
  ['a long row', [short, { ...short, text: 'a '.repeat(600) }], {}, 'tokens; at most 512 fit'],
  ['a large window', [short], { maxTokens: 1000 }, 'the model takes at most 512 tokens'],
])('names what is wrong with %s', async (_, rows, recipe, message) => {
  const file = await write(rows);
  await expect(readDataset(file, encoder, { recipe })).rejects.toThrow(message);
});

it('refuses a task that the model cannot learn', async () => {
  const file = await write([short]);
  const recipe = { task: { type: 'masked-lm' } } as const;
  await expect(readDataset(file, decoder, { recipe })).rejects.toThrow(
    'line 1: the task masked-lm is for a model that is encoder, and this one is decoder',
  );
});

it('takes labels from the training file alone, and leaves out one long row of a hundred', async () => {
  const labelled = Array.from({ length: 100 }, (_, at) => ({ ...short, label: `${at % 3}` }));
  const file = await write([...labelled, { ...short, text: 'a '.repeat(600), label: '9' }]);
  const training = await readDataset(file, encoder);
  expect(training.rows).toHaveLength(100);
  expect(training.notes).toEqual([expect.stringMatching(/line 101: .*; it was left out$/)]);
  const held = await write([{ ...short, label: 1 }]);
  const { rows, targets } = await readDataset(held, encoder, { training });
  expect(targets.task).toEqual(training.targets.task);
  expect(rows[0]?.target).toEqual(Float32Array.of(1));
  const other = await write([{ ...short, label: '4' }]);
  await expect(readDataset(other, encoder, { training })).rejects.toThrow(
    'line 1: "4" is none of the 3 labels of the task',
  );
});

it('leaves out every long row, or none, where that is asked for', async () => {
  const file = await write([short, { ...short, text: 'a '.repeat(600) }]);
  const { rows, notes } = await readDataset(file, encoder, { tooLong: 'drop' });
  expect(rows).toHaveLength(1);
  expect(notes).toEqual([expect.stringMatching(/line 2: .*; it was left out$/)]);
  await expect(readDataset(file, encoder, { tooLong: 'error' })).rejects.toThrow(
    'tokens; at most 512 fit',
  );
  const long = await write([{ ...short, text: 'a '.repeat(600) }]);
  await expect(readDataset(long, encoder, { tooLong: 'drop' })).rejects.toThrow('at most 512 fit');
  const texts = await write([{ text: 'a' }]);
  await expect(readDataset(texts, decoder, { tooLong: 'drop' })).rejects.toThrow(
    'line 1: rows of the kind text are split here',
  );
  expect(localPolicy('drop')).toBe('drop');
  expect(() => localPolicy('truncate_end')).toThrow('truncate_end is known to jobs alone');
  expect(() => localPolicy('cut')).toThrow('--too-long takes error or drop');
});

it.each([
  ['\u001f\u008b', 'is packed with gzip'],
  ['PAR1', 'is a Parquet file'],
  [' [{"text": "a"}]', 'is a JSON array'],
  ['text,label\na,b', 'is text or a table'],
  ['{"instruction": "a", "output": "b"}', 'line 1: the record has the form alpaca'],
  ['{"conversations": []}', 'line 1: the record has the form sharegpt'],
  ['{"contents": []}', 'line 1: the record has the form gemini'],
  [
    '{"system": "Be kind.", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}',
    'line 1: the record has the form chat with "system" beside its messages',
  ],
])('names what only a job reads: %j', async (content, message) => {
  const file = join(folder, `${files++}.data`);
  await writeFile(file, content, 'latin1');
  await expect(readDataset(file, encoder)).rejects.toThrow(message);
});
