import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatLines, modelName, startIngest } from './ingest.fixture.ts';

const encoder = 'small-bert';
let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest();
  await service.addEncoder(encoder, 256);
});
afterAll(() => service[Symbol.asyncDispose]());

type Change = Parameters<typeof service.run>[1];
const run = (text: string, model = modelName, change: Change = {}) =>
  service.run(text, { model, ...change });

async function stored(text: string, model = modelName, change: Change = {}) {
  const job = await run(text, model, change);
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, report, rows } = await service.dataset(job);
  return { manifest, report, rows: await rows(manifest.train) };
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const found = {
  QUESTION: 'Does it help?',
  CONTEXTS: ['It was tried.', 'It helped.'],
  LABELS: ['METHODS', 'RESULTS'],
  YEAR: '1994',
  final_decision: 'yes',
  LONG_ANSWER: 'It seems to help.',
};
const studies = pretty({ 10135926: found, 10135927: { ...found, final_decision: 'no' } });
const turns = [
  { from: 'human', value: 'Hi' },
  { from: 'gpt', value: 'Hello.' },
];

/** Files as their authors published them, by shape; the words are made up. */
const files: readonly [name: string, file: string, model: string, format: string, row: object][] = [
  [
    'banking77',
    'text,category\nWhere is my card?,card_arrival\n"Why, again?",why\n',
    encoder,
    'labels',
    { kind: 'labelled', line: 2, text: 'Where is my card?', label: 'card_arrival' },
  ],
  [
    'wnut17',
    'Empire\tB-location\nState\tI-location\n!\tO\n\t\nand\tO\nAnn\tB-person\n',
    encoder,
    'tags',
    { kind: 'tagged', text: 'Empire State !', tags: ['B-location', 'I-location', 'O'] },
  ],
  [
    'gsm8k',
    '{"question": "2+2?", "answer": "2+2=<<2+2=4>>4\\n#### 4"}\n{"question": "1+1?", "answer": "#### 2"}\n',
    modelName,
    'question-answer',
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: '2+2?' },
        { role: 'assistant', content: '2+2=<<2+2=4>>4\n#### 4' },
      ],
    },
  ],
  [
    'sentence polarity',
    'simplistic , silly and tedious . \nso dull , so long . \n',
    encoder,
    'text',
    { kind: 'text', line: 1, text: 'simplistic , silly and tedious .' },
  ],
  [
    'SNIPS',
    pretty({
      AddToPlaylist: [
        { data: [{ text: 'add ' }, { text: 'Ann Lee', entity: 'artist' }, { text: ' now' }] },
        { data: [{ text: 'add ' }, { text: 'Bo', entity: 'artist' }] },
      ],
    }),
    encoder,
    'pieces',
    { kind: 'tagged', text: 'add Ann Lee now', tags: ['O', 'B-artist', 'I-artist', 'O'] },
  ],
  [
    'XQuAD',
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
    encoder,
    'squad',
    { kind: 'question', id: '5', question: 'Who?', answers: [{ text: 'Ann', start: 0 }] },
  ],
  [
    'PubMedQA',
    studies,
    encoder,
    'labels',
    { kind: 'labelled', text: 'Does it help?', pair: 'It was tried.\nIt helped.', label: 'yes' },
  ],
  [
    'PubMedQA for a model that writes',
    studies,
    modelName,
    'question-answer',
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: 'It was tried.\nIt helped.\n\nDoes it help?' },
        { role: 'assistant', content: 'It seems to help.' },
      ],
    },
  ],
  [
    'glaive in ShareGPT',
    pretty([{ conversations: turns, tools: '[]' }]),
    modelName,
    'sharegpt',
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
      ],
    },
  ],
];

it.each(files)('takes %s as it is', async (_, file, model, format, row) => {
  const { report, rows } = await stored(file, model);
  expect(report.formats).toMatchObject([{ file: 'training_file', format, isAsked: false }]);
  expect(rows[0]).toMatchObject(row);
});

it('refuses the questions and the answers of BFCL by name', async () => {
  const question =
    '{"id": "a", "question": [[{"role": "user", "content": "2+2?"}]], "function": []}';
  expect((await run(question)).error?.message).toContain('as BFCL asks them');
  const answer = '{"id": "a", "ground_truth": [{"sum": {"a": [2]}}]}\n';
  const answers = answer + answer;
  expect((await run(answers)).error?.message).toContain('as BFCL keeps them');
});

describe('several files', () => {
  it('become labels by their names, held-out rows by their splits, and one dataset', async () => {
    const bad = await service.upload('so dull\nso long\nso so\n', 'train/rt.neg');
    const more = [
      await service.upload('so fine\nso short\nso good\n', 'train/rt.pos'),
      await service.upload('so bad\n', 'dev/rt.neg'),
    ];
    const options = { data: { more_files: more } };
    const job = await service.create(bad, { model: encoder, options });
    await service.queue(job);
    const ended = await service.ended(job.id);
    expect(ended).toMatchObject({ state: 'queued', error: null });
    const { manifest, report, rows } = await service.dataset(ended);
    expect(report.formats?.[0]).toMatchObject({ columns: { text: 'text', label: '@file' } });
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        rule: 'label-of-name',
        message: 'the labels are what the files are called: neg, pos',
      }),
    );
    expect(await rows(manifest.train)).toMatchObject([
      { text: 'so dull', label: 'neg' },
      ...[{ label: 'neg' }, { label: 'neg' }],
      { text: 'so fine', label: 'pos' },
      ...[{ label: 'pos' }, { label: 'pos' }],
    ]);
    expect(await rows(manifest.heldOut)).toMatchObject([{ text: 'so bad', label: 'neg' }]);
  });

  it('are named where one of them is wrong, and none is marked for another', async () => {
    const rows = await service.upload(chatLines(2), 'a.jsonl');
    const wrong = await service.upload('{"messages": []}\n{"messages": 1}\n', 'b.jsonl');
    const options = { data: { more_files: [wrong] } };
    const job = await service.create(rows, { options });
    await service.queue(job);
    expect((await service.ended(job.id)).error?.message).toContain(
      'Line 1 of b.jsonl: messages must not be empty. Line 2 of b.jsonl:',
    );
    expect((await service.file(rows))?.status).toBe('processed');
  });
});

describe('lathe.data', () => {
  const table = 'Frage;Art;Kanal\nWo ist sie?;0;Mail\nWann ist auf?;1;Telefon\n';
  const columns = { text: 'Frage', label: 'Art' };

  it('says which column is what, and what numbers are called', async () => {
    const data = { columns, label_names: ['Karte', 'Zeiten'] };
    const { manifest, report, rows } = await stored(table, encoder, { options: { data } });
    expect(manifest.task).toMatchObject({ labels: ['Karte', 'Zeiten'] });
    expect(rows).toMatchObject([
      { line: 2, text: 'Wo ist sie?', label: 'Karte' },
      { line: 3, text: 'Wann ist auf?', label: 'Zeiten' },
    ]);
    expect(report.formats).toMatchObject([
      { format: 'labels', columns, isAsked: true, unused: ['Kanal'] },
    ]);
    expect(report.reasons).toContainEqual({ rule: 'unknown-key', level: 'warn', count: 2 });
  });

  it('names a column that is not there', async () => {
    const data = { columns: { ...columns, text: 'Fragen' } };
    expect((await run(table, encoder, { options: { data } })).error).toEqual({
      code: 'invalid_value',
      message:
        'The training file has no column "Fragen", which \'lathe.data.columns\' takes for its text; it has "Frage".',
      param: 'lathe.data.columns.text',
    });
  });

  it('is asked for where nobody is sure', async () => {
    const job = await run(table, encoder);
    expect(job.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
    expect(job.error?.message).toContain('has rows with the keys "Frage", "Art", "Kanal"');
  });

  it('leaves few wrong rows out, or none', async () => {
    const file = `${chatLines(120)}{"messages": []}\n`;
    const { report } = await stored(file);
    expect(report.rows).toMatchObject({ read: 121, kept: 120, rejected: 1 });
    expect(report.findings).toContainEqual({
      ...{ file: 'training_file', line: 121, path: 'messages', rule: 'empty', level: 'warn' },
      message: 'messages must not be empty; the row was left out',
    });
    const strict = await run(file, modelName, { options: { data: { wrong_rows_share: 0 } } });
    expect(strict.error?.message).toBe('Line 121: messages must not be empty.');
  });
});

it('reads a validation file that is written in another way', async () => {
  const validationFile = await service.upload(JSON.stringify({ instruction: 'a', output: 'b' }));
  const { report } = await stored(chatLines(12), modelName, { validationFile });
  expect(report.formats?.map(({ file, format }) => [file, format])).toEqual([
    ['training_file', 'chat'],
    ['validation_file', 'alpaca'],
  ]);
});
