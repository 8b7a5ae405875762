/** An answer that is empty, blank or missing is named by its line and column, in every container: nobody learns to say nothing. */
import { describe, expect, it } from 'vitest';
import { recordFiles } from '../read/container/written-files.fixture.ts';
import { byteUploads, lookAt } from '../read/real-files.fixture.ts';

type Row = Readonly<Record<string, unknown>>;

/** A right row of each format of which a column is the answer, and that column. */
const formats: Readonly<
  Record<
    string,
    readonly [answer: string, row: (at: number) => Row, learner: 'decoder' | 'encoder']
  >
> = {
  alpaca: [
    'output',
    (at) => ({ instruction: `Say ${at}.`, input: '', output: `It is ${at}.` }),
    'decoder',
  ],
  'question-answer': [
    'answer',
    (at) => ({ question: `What is ${at}?`, answer: `It is ${at}.` }),
    'decoder',
  ],
  'prompt-completion': [
    'completion',
    (at) => ({ prompt: `${at} is`, completion: `${at}` }),
    'decoder',
  ],
  'preference (better)': [
    'chosen',
    (at) => ({ prompt: `${at}?`, chosen: `yes ${at}`, rejected: `no ${at}` }),
    'decoder',
  ],
  'preference (worse)': [
    'rejected',
    (at) => ({ prompt: `${at}?`, chosen: `yes ${at}`, rejected: `no ${at}` }),
    'decoder',
  ],
  judged: [
    'completion',
    (at) => ({ prompt: `${at}?`, completion: `It is ${at}.`, label: at % 2 === 0 }),
    'decoder',
  ],
  'whether it is judged a good one': [
    'label',
    (at) => ({ prompt: `${at}?`, completion: `It is ${at}.`, label: at % 2 === 0 }),
    'decoder',
  ],
  'a label': [
    'label',
    (at) => ({ text: `text ${at}`, label: at % 2 === 0 ? 'ham' : 'spam' }),
    'encoder',
  ],
  'a number': ['label', (at) => ({ text: `text ${at}`, label: at + 0.5 }), 'encoder'],
  'labels that hold': [
    'labels',
    (at) => ({ text: `text ${at}`, labels: [`l${at % 3}`] }),
    'encoder',
  ],
  tags: ['ner_tags', () => ({ tokens: ['Ann', 'sings'], ner_tags: ['B-PER', 'O'] }), 'encoder'],
  'a related text': ['positive', (at) => ({ anchor: `a ${at}`, positive: `b ${at}` }), 'encoder'],
  'a score': [
    'score',
    (at) => ({ sentence1: `a ${at}`, sentence2: `b ${at}`, score: at / 10 }),
    'encoder',
  ],
  text: ['text', (at) => ({ text: `text ${at}` }), 'decoder'],
};

describe.each(Object.entries(formats))('%s', (_, [answer, row, learner]) => {
  it.each(Object.keys(recordFiles))('in %s', async (extension) => {
    const right = Array.from({ length: 8 }, (__, at) => row(at));
    const isText = typeof right[0]?.[answer] === 'string';
    const without = (value: unknown): Row => ({ ...row(9), [answer]: value });
    // What has a type has no blank cells in Parquet, and a table of one column has blank lines instead.
    const isLine = Object.keys(row(0)).length === 1 && ['csv', 'tsv'].includes(extension);
    const all = isText || extension !== 'parquet' ? ['', '  ', null] : [null];
    const wrong = isLine ? ['  '] : all;
    const rows = [...right, ...wrong.map(without)];
    const bytes = (recordFiles[extension] ?? expect.fail('no such container'))(rows);
    const { read } = await lookAt(byteUploads([[`rows.${extension}`, bytes]]), learner);
    expect(read.slice(0, 8).flatMap(({ issues }) => issues)).toEqual([]);
    expect(read).toHaveLength(rows.length);
    for (const { issues } of read.slice(8))
      expect(issues).toContainEqual(expect.objectContaining({ level: 'error', path: answer }));
  });
});
