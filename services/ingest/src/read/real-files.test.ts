import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import { describe, expect, it } from 'vitest';
import type { Lesson } from '../lesson/lesson.ts';
import type { Sample } from './format/detect.ts';
import { diskUploads, lookAt, textUploads } from './real-files.fixture.ts';

/** Data sets as their authors published them; they are no part of the project. */
const real = join(import.meta.dirname, '../../../../../shared/data');
const isThere = existsSync(real);

type Known = {
  /** The files, below the folder. */
  readonly files: readonly string[];
  /** Texts of their form, with words of our own. */
  readonly made: readonly (readonly [name: string, text: string])[];
  readonly learner: Lesson['architecture'];
  readonly asked?: Pick<Partial<Sample>, 'data' | 'fits'>;
  readonly format: FormatName;
  readonly columns: object;
  /** The first row that the made texts become. */
  readonly row: object;
  /** Rows of the real files. */
  readonly rows: number;
};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const lines = (rows: readonly unknown[]): string =>
  rows.map((row) => JSON.stringify(row)).join('\n');
const intent = (name: string, city: string) =>
  pretty({ [name]: [{ data: [{ text: 'go to ' }, { text: city, entity: 'city' }] }] });
const snips = [
  ...['AddToPlaylist', 'BookRestaurant', 'GetWeather', 'PlayMusic', 'RateBook'],
  ...['SearchCreativeWork', 'SearchScreeningEvent'],
];
const study = (decision: string) => ({
  QUESTION: 'Does it help?',
  CONTEXTS: ['It was tried.', 'It helped.'],
  LABELS: ['METHODS', 'RESULTS'],
  YEAR: '1994',
  final_decision: decision,
  LONG_ANSWER: 'It seems to help.',
});
const asked = (id: string) => ({
  id,
  question: [[{ role: 'user', content: `Add ${id}.` }]],
  function: [
    {
      name: 'math.add',
      description: 'Adds.',
      parameters: {
        type: 'dict',
        properties: {
          all: { type: 'tuple', items: { type: 'float' } },
          unit: { type: 'string' },
          round: { type: 'any' },
        },
        required: ['all', 'round'],
      },
    },
  ],
});
const gold = (id: string) => ({
  id,
  ground_truth: [{ 'math.add': { all: [[1, 2.5]], unit: ['', 'm'], round: ['', true] } }],
});
const called = {
  kind: 'chat',
  tools: [
    {
      type: 'function',
      function: {
        name: 'math.add',
        parameters: {
          type: 'object',
          properties: { all: { type: 'array', items: { type: 'number' } }, round: {} },
        },
      },
    },
  ],
  messages: [
    { role: 'user', content: 'Add a.' },
    {
      role: 'assistant',
      tool_calls: [{ function: { name: 'math.add', arguments: '{"all":[1,2.5],"round":true}' } }],
    },
  ],
};
const bfclColumns = { question: 'question', functions: 'function', answer: 'ground_truth' };
const bfclFiles = (name: string) => [
  `bfcl/BFCL_v4_${name}.json`,
  `bfcl/possible_answer/BFCL_v4_${name}.json`,
];
const bfclMade = [
  ['calls.json', lines([asked('a'), asked('b')])],
  ['calls.json', lines([gold('b'), gold('a')])],
] as const;
const noCall = 'None of my functions does that.';
const tagged = { kind: 'tagged', text: 'go to Graz', tags: ['O', 'O', 'B-city'] };

const known: Readonly<Record<string, Known>> = {
  banking77: {
    files: ['banking77/train.csv'],
    made: [['train.csv', 'text,category\nWhere is it?,arrival\n"Why, again?",why\n']],
    ...{ learner: 'encoder', format: 'labels', columns: { text: 'text', label: 'category' } },
    row: { kind: 'labelled', text: 'Where is it?', label: 'arrival' },
    rows: 10_003,
  },
  wnut17: {
    files: ['wnut17/train.conll'],
    made: [['train.conll', 'Empire\tB-location\nState\tI-location\n\t\nand\tO\nAnn\tB-person\n']],
    ...{ learner: 'encoder', format: 'tags', columns: { tokens: 'tokens', tags: 'ner_tags' } },
    row: { kind: 'tagged', text: 'Empire State', tags: ['B-location', 'I-location'] },
    rows: 3394,
  },
  gsm8k: {
    files: ['gsm8k/train-1500.jsonl'],
    made: [['train.jsonl', lines([{ question: '2+2?', answer: '2+2=<<2+2=4>>4\n#### 4' }])]],
    ...{ learner: 'decoder', format: 'question-answer' },
    columns: { question: 'question', answer: 'answer' },
    row: { messages: [{ content: '2+2?' }, { content: '2+2=<<2+2=4>>4\n#### 4' }] },
    rows: 1500,
  },
  'sentence polarity, a file a label': {
    files: ['neg', 'pos'].map((side) => `sentence-polarity/rt-polarity.${side}`),
    made: [
      ['rt-polarity.neg', 'so dull . \nso long . \n'],
      ['rt-polarity.pos', 'so fine . \nso short . \n'],
    ],
    ...{ learner: 'encoder', format: 'labels', columns: { text: 'text', label: '@file' } },
    row: { kind: 'labelled', text: 'so dull .', label: 'neg' },
    rows: 10_662,
  },
  'SNIPS, for its slots': {
    files: snips.map((name) => `snips/train_${name}.json`),
    made: [
      ['train_BookRestaurant.json', intent('BookRestaurant', 'Graz')],
      ['train_GetWeather.json', intent('GetWeather', 'Linz')],
    ],
    ...{ learner: 'encoder', format: 'pieces', columns: { pieces: 'data' } },
    ...{ row: tagged, rows: 2100 },
  },
  'SNIPS, for its intents': {
    files: snips.map((name) => `snips/train_${name}.json`),
    made: [
      ['train_a.json', intent('BookRestaurant', 'Graz')],
      ['train_b.json', intent('GetWeather', 'Linz')],
    ],
    asked: { fits: ['labelled'] },
    ...{ learner: 'encoder', format: 'labels', columns: { text: 'data', label: '@list' } },
    row: { kind: 'labelled', text: 'go to Graz', label: 'BookRestaurant' },
    rows: 2100,
  },
  xquad: {
    files: ['xquad-en/xquad.en.json'],
    made: [
      [
        'xquad.en.json',
        pretty({
          version: '1.1',
          data: [
            {
              paragraphs: [
                {
                  context: 'Ann lives in Graz.',
                  qas: [{ id: '5', question: 'Who?', answers: [{ answer_start: 0, text: 'Ann' }] }],
                },
              ],
            },
          ],
        }),
      ],
    ],
    ...{ learner: 'encoder', format: 'squad' },
    columns: { question: 'question', context: 'context', answers: 'answers' },
    row: { kind: 'question', id: '5', question: 'Who?', answers: [{ text: 'Ann', start: 0 }] },
    rows: 1190,
  },
  'PubMedQA, for an encoder': {
    files: ['pubmedqa/pqal-400.json'],
    made: [['pqal.json', pretty({ 10135926: study('yes'), 10135927: study('no') })]],
    ...{ learner: 'encoder', format: 'labels' },
    columns: { text: 'QUESTION', pair: 'CONTEXTS', label: 'final_decision' },
    row: { text: 'Does it help?', pair: 'It was tried.\nIt helped.', label: 'yes' },
    rows: 400,
  },
  'PubMedQA, for a decoder': {
    files: ['pubmedqa/pqal-400.json'],
    made: [['pqal.json', pretty({ 10135926: study('yes'), 10135927: study('no') })]],
    ...{ learner: 'decoder', format: 'question-answer' },
    columns: { question: 'QUESTION', answer: 'LONG_ANSWER', context: 'CONTEXTS' },
    row: { messages: [{ role: 'user' }, { content: 'It seems to help.' }] },
    rows: 400,
  },
  'glaive with tools': {
    files: ['glaive-tools/toolcall-300.json'],
    made: [
      [
        'toolcall.json',
        pretty([
          {
            conversations: [
              { from: 'human', value: 'Cook.' },
              { from: 'function_call', value: '{"name": "cook", "arguments": {"for": 2}}' },
              { from: 'observation', value: '{"is": "done"}' },
              { from: 'gpt', value: 'Done.' },
            ],
            tools: '[{"name": "cook", "description": "Cooks."}]',
          },
        ]),
      ],
    ],
    ...{ learner: 'decoder', format: 'sharegpt' },
    columns: { messages: 'conversations', tools: 'tools' },
    row: {
      tools: [{ function: { name: 'cook' } }],
      messages: [
        { role: 'user' },
        { tool_calls: [{ function: { name: 'cook', arguments: '{"for":2}' } }] },
        { role: 'tool' },
        { role: 'assistant', content: 'Done.' },
      ],
    },
    rows: 300,
  },
  'BFCL, simple': {
    ...{ files: bfclFiles('simple_python'), made: bfclMade, learner: 'decoder' },
    ...{ format: 'bfcl', columns: bfclColumns, row: called, rows: 400 },
  },
  'BFCL, multiple': {
    ...{ files: bfclFiles('multiple'), made: bfclMade, learner: 'decoder' },
    ...{ format: 'bfcl', columns: bfclColumns, row: called, rows: 200 },
  },
  'BFCL, where no call is right': {
    files: ['bfcl/BFCL_v4_irrelevance.json'],
    made: [['irrelevance.json', lines([asked('a'), asked('b')])]],
    asked: { data: { no_call_answer: noCall } },
    ...{ learner: 'decoder', format: 'bfcl' },
    columns: { question: 'question', functions: 'function' },
    row: { messages: [{ role: 'user' }, { role: 'assistant', content: noCall }] },
    rows: 240,
  },
};

describe.each(Object.entries(known))('%s', (_, one) => {
  const { files, made, learner, format, columns, row, rows } = one;

  it('is taken as it is, in texts of our own', async () => {
    const seen = await lookAt(textUploads(made), learner, one.asked);
    expect(seen).toMatchObject({ format, columns, errors: [] });
    expect(seen.read[0]?.row).toMatchObject(row);
  });

  it.skipIf(!isThere)('is taken as it is, from ../shared/data', async () => {
    const paths = files.map((file) => join(real, file));
    const seen = await lookAt(diskUploads(paths), learner, one.asked);
    expect(seen).toMatchObject({ format, columns });
    expect(seen.read).toHaveLength(rows);
    // One call of glaive gives a text for a number; no more than such a row may be wrong.
    expect(seen.errors.length).toBeLessThanOrEqual(rows / 100);
  });
});

it.skipIf(!isThere)('knows every folder of ../shared/data', () => {
  const folders = readdirSync(real, { withFileTypes: true }).filter((each) => each.isDirectory());
  const files = Object.values(known).flatMap((each) => each.files);
  for (const { name } of folders)
    expect(files.some((file) => file.startsWith(`${name}/`))).toBe(true);
});

it('names questions that have an answer and are said to have none, in any form', async () => {
  const context = 'Ann lives in Graz.';
  const asked = { id: '1', question: 'Who?', is_impossible: true };
  const none = { id: '2', question: 'Why?', is_impossible: true, answers: [] };
  const answers = [{ text: 'Ann', answer_start: 0 }];
  const article = { data: [{ paragraphs: [{ context, qas: [none, { ...asked, answers }] }] }] };
  const flat = [none, { ...asked, answers: { text: ['Ann'], answer_start: [0] } }];
  for (const text of [pretty(article), lines(flat.map((each) => ({ ...each, context })))]) {
    const { errors, read } = await lookAt(textUploads([['dev.json', text]]), 'encoder');
    expect(read).toHaveLength(2);
    expect(errors.map(({ path, message }) => [path, message])).toEqual([
      ['is_impossible', 'is_impossible says that there is no answer, and answers has one'],
    ]);
  }
});

it('takes files that are all called validation where they are all that is given', async () => {
  const files = [
    ['validate_GetWeather.json', intent('GetWeather', 'Graz')],
    ['validate_PlayMusic.json', intent('PlayMusic', 'Linz')],
  ] as const;
  const { format, read } = await lookAt(textUploads(files), 'encoder');
  expect({ format, rows: read.length }).toEqual({ format: 'pieces', rows: 2 });
});

it('takes no label of names that tell no sides, unless it is asked to', async () => {
  const made = [
    ['brontë.txt', 'a line\nand another\n'],
    ['austen.txt', 'one line\nand one more\n'],
  ] as const;
  expect(await lookAt(textUploads(made), 'encoder')).toMatchObject({ format: 'text' });
  const data = { columns: { text: 'text', label: '@file' } };
  const { read } = await lookAt(textUploads(made), 'encoder', { data });
  expect(read.map(({ row }) => row)).toMatchObject([
    { text: 'a line', label: 'brontë' },
    { label: 'brontë' },
    { label: 'austen' },
    { label: 'austen' },
  ]);
});

it('says which questions of BFCL have no answer, and which lines answer none', async () => {
  const files = [
    ['calls.json', lines([asked('a'), asked('b')])],
    ['answers.json', lines([gold('a'), gold('a'), { id: 'b', ground_truth: null }])],
  ] as const;
  const { errors } = await lookAt(textUploads(files), 'decoder');
  expect(errors.map(({ message }) => message)).toEqual([
    'the line answers the question "a" a second time',
    expect.stringContaining('no file answers the question'),
  ]);
});
