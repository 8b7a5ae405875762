import type { DataOptions } from '@lathe/contracts/http/data';
import { expect, it } from 'vitest';
import { ingestDefaults } from '../../settings.ts';
import { detectShape, type Sample } from './detect.ts';
import { readAs } from './read-row.ts';

const detect = (rows: readonly object[], more: Partial<Sample> = {}) =>
  detectShape(
    {
      lines: rows.map((row, at) => ({ number: at + 1, bytes: Buffer.from(JSON.stringify(row)) })),
      param: 'training_file',
      fits: [],
      ...more,
    },
    ingestDefaults,
  );
const detected = (rows: readonly object[], data: DataOptions) => detect(rows, { data }).detection;

const turns = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello.' },
];
const many = (row: (at: number) => object) => Array.from({ length: 12 }, (_, at) => row(at));
const sentence = (at: number) => `this is sentence number ${at}`;

it.each<[string, readonly object[], readonly string[]]>([
  [
    'chats beside completions',
    [{ messages: turns, prompt: 'Hi', completion: 'Hello.' }],
    ['chat ("messages" as messages', 'prompt-completion ("prompt" as prompt'],
  ],
  [
    'two columns of labels',
    many((at) => ({ text: sentence(at), category: `c${at % 2}`, sentiment: `s${at % 3}` })),
    ['"category" as label', '"sentiment" as label'],
  ],
  [
    'labels of words beside one of the text',
    [{ text: 'Ann sings', label: 'x', tokens: ['Ann', 'sings'], ner_tags: ['B-P', 'O'] }],
    ['tags (', 'labels ('],
  ],
  [
    'half chats, half texts',
    [{ messages: turns }, { messages: turns }, { text: 'a b' }, { text: 'c d' }],
    ['chat (', 'text ('],
  ],
  [
    'an instruction with an answer beside turns',
    [
      {
        instruction: 'Hi',
        output: 'Hello.',
        conversations: [
          { from: 'human', value: 'Hi' },
          { from: 'gpt', value: 'Hello.' },
        ],
      },
    ],
    ['sharegpt (', 'alpaca ('],
  ],
  [
    'two columns that could be the label, of any name',
    many((at) => ({ Frage: sentence(at), Art: `a${at % 2}`, Kanal: `k${at % 3}` })),
    ['"Art" as label', '"Kanal" as label'],
  ],
  [
    'answers with a label of 0 or 1',
    many((at) => ({ question: `Why ${at}?`, answer: sentence(at), label: at % 2 })),
    ['"answer" as pair, "label" as label', 'kto (', 'question-answer ('],
  ],
  [
    'answers with a score of 0 or 1',
    many((at) => ({ question: `Why ${at}?`, answer: sentence(at), score: at % 2 })),
    ['"answer" as pair, "score" as label', 'kto (', 'question-answer ('],
  ],
  [
    'answers in words beside choices',
    many((at) => ({ question: `Why ${at}?`, A: 'x', B: 'y', answer: sentence(at) })),
    ['question-answer ('],
  ],
  [
    'texts with notes of any name',
    many((at) => ({ text: sentence(at), notes: `what one thinks of ${at}` })),
    ['text ("text" as text', '"text" as prompt, "notes" as completion'],
  ],
  [
    'texts of any name with a label',
    many((at) => ({ head: sentence(at), tail: `${sentence(at)} too`, stars: at % 3 })),
    ['"head" as text, "stars" as label', '"tail" as text, "stars" as label'],
  ],
])('is not sure of %s', (_, rows, ways) => {
  let message = '';
  try {
    detect(rows);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain('it is not sure what they are');
  for (const way of ways) expect(message).toContain(way);
  expect(message).toContain('Say it with \'lathe.data\', as {"format":');
});

it.each<[string, readonly object[], object, readonly string[]]>([
  [
    'summaries',
    many((at) => ({ title: `t${at}`, text: sentence(at), summary: `it is ${at}` })),
    { format: 'prompt-completion', columns: { prompt: 'text', completion: 'summary' } },
    ['title'],
  ],
  [
    'summaries of a text of any name',
    many((at) => ({ id: `${at}`, dialogue: sentence(at), summary: `it is ${at}` })),
    { format: 'prompt-completion', columns: { prompt: 'dialogue', completion: 'summary' } },
    [],
  ],
  [
    'sentences, not labels, whatever they are called',
    many((at) => ({ text: sentence(at), target: `that was ${at} of them` })),
    { format: 'prompt-completion', columns: { prompt: 'text', completion: 'target' } },
    [],
  ],
  [
    'judgements as 0 and 1',
    many((at) => ({ prompt: `Why ${at}?`, completion: sentence(at), label: at % 2 })),
    { format: 'kto', columns: { prompt: 'prompt', completion: 'completion', label: 'label' } },
    [],
  ],
  [
    'judgements by their name',
    many((at) => ({ question: `Why ${at}?`, answer: sentence(at), thumbs_up: at % 2 === 0 })),
    { format: 'kto', columns: { prompt: 'question', completion: 'answer', label: 'thumbs_up' } },
    [],
  ],
  [
    'answers with a grade, which it leaves over',
    many((at) => ({ question: `Why ${at}?`, answer: sentence(at), rating: at % 5 })),
    { format: 'question-answer', columns: { question: 'question', answer: 'answer' } },
    ['rating'],
  ],
  [
    'chats with numbers, which may be for a grader',
    many((at) => ({ messages: turns, label: at % 2 })),
    { format: 'chat', columns: { messages: 'messages' } },
    ['label'],
  ],
  [
    'texts with what tells of them',
    many((at) => ({ text: sentence(at), title: `one more title ${at}`, url: `u${at}` })),
    { format: 'text', columns: { text: 'text' } },
    ['title', 'url'],
  ],
])('sees %s', (_, rows, found, unused) => {
  expect(detect(rows).detection).toMatchObject({ ...found, unused });
});

it('says how sure it is, and what else rows could be', () => {
  expect(
    detect([
      { text: 'a', label: 'x', url: 'u' },
      { text: 'b', label: 'y', url: 'v' },
    ]),
  ).toMatchObject({
    kind: 'labelled',
    detection: {
      format: 'labels',
      confidence: 1,
      columns: { text: 'text', label: 'label' },
      isAsked: false,
      unused: ['url'],
      candidates: [
        { format: 'labels', confidence: 1 },
        { format: 'text', confidence: 0.5 },
      ],
    },
  });
});

it('takes the outer tags, and offers inner ones to be chosen', () => {
  const rows = many((at) => ({
    tokens: ['Grazer', `Oper${at}`],
    ner_tags: ['B-ORG', 'I-ORG'],
    ner_tags_2: ['B-LOC', 'O'],
  }));
  const outer = { tokens: 'tokens', tags: 'ner_tags' };
  const inner = { tokens: 'tokens', tags: 'ner_tags_2' };
  for (const fits of [[], ['tagged']] as const) {
    const { detection } = detect(rows, { fits });
    expect(detection?.columns).toEqual(outer);
    expect(detection?.candidates.map(({ columns }) => columns)).toEqual([outer, inner]);
  }
  const chosen = detected(rows, { columns: { tags: 'ner_tags_2' } });
  expect(chosen?.candidates.map(({ columns }) => columns)).toEqual([inner]);
});

it('takes what the task wants', () => {
  const rows = [{ text: 'a', label: 'x' }];
  expect(detect(rows, { fits: ['text'] })).toMatchObject({ kind: 'text' });
  const pair = [{ sentence1: 'a', sentence2: 'b', score: 0.5 }];
  expect(detect(pair).kind).toBe('related');
  expect(detect(pair, { fits: ['labelled'] })).toMatchObject({ problem: 'regression' });
});

it.each(['NA', '', 'null', '-'])(
  'takes written numbers for numbers where %j is among them',
  (none) => {
    const rows = many((at) => ({ review: sentence(at), stars: at % 4 === 3 ? none : `${at}.5` }));
    const shape = detect(rows);
    expect(shape).toMatchObject({ problem: 'regression', reading: { areNumbers: true } });
    expect(readAs(rows[3] as Record<string, unknown>, shape.reading).row).toMatchObject({
      label: none,
    });
  },
);

it.each(['NA', ''])('takes no column for numbers that is nearly all %j', (none) => {
  const shape = detect(many((at) => ({ review: sentence(at), stars: at === 3 ? '3.5' : none })));
  expect(shape.problem).toBe('single-label');
});

it('says how to say what columns are whose names tell nothing', () => {
  const two = { format: 'prompt-completion', columns: { prompt: 'left', completion: 'right' } };
  expect(() => detect([{ at: 1, left: 'a', right: 'b' }])).toThrow(
    `can be said with 'lathe.data', as ${JSON.stringify(two)}.`,
  );
  const { format, columns } = detected([{ left: 'a', right: 'b' }], two as DataOptions) ?? {};
  expect({ format, columns }).toEqual(two);
  expect(() => detect([{ saga: 'a' }])).toThrow('"columns":{"text":"saga"}');
  expect(() => detect([{ at: 1 }])).toThrow(/docs\/rows\.md has them\.$/);
});

it('takes several columns of 0 and 1 for labels, whoever learns them', () => {
  const rows = many((at) => ({ text: sentence(at), hot: at % 2, wet: at % 3 === 0 ? 1 : 0 }));
  for (const usable of [['labelled', 'text'], ['text']] as const)
    expect(detect(rows, { usable })).toMatchObject({
      problem: 'multi-label',
      detection: { format: 'labels', columns: { text: 'text', label: ['hot', 'wet'] } },
    });
  // What tells of a text, or is the same of all.
  for (const other of [{ hot: true, wet: false }, { hot: 0, wet: 0 }, { hot: 1 }])
    expect(detect(many((at) => ({ text: sentence(at), ...other }))).detection?.format).toBe('text');
});

it('takes what the job says', () => {
  const rows = many((at) => ({ Frage: sentence(at), Art: at % 2, Kanal: `k${at % 3}` }));
  expect(detected(rows, { columns: { label: 'Kanal' } })).toMatchObject({
    format: 'labels',
    columns: { text: 'Frage', label: 'Kanal' },
    isAsked: true,
  });
  expect(detected(rows, { format: 'text', columns: { text: 'Frage' } })).toMatchObject({
    format: 'text',
    unused: ['Art', 'Kanal'],
  });
  expect(
    detect(rows, { data: { columns: { label: 'Art' }, label_names: ['no', 'yes'] } }),
  ).toMatchObject({
    reading: { labelNames: ['no', 'yes'] },
  });
  expect(detect([{ text: 'a', label: 'x,y' }], { data: { label_separator: ',' } })).toMatchObject({
    problem: 'multi-label',
    reading: { separator: ',' },
  });
});

it('names a column that is not there, with near ones', () => {
  const rows = [{ review: 'a', stars: 1, title: 't' }];
  const data = { columns: { text: 'reviews', label: 'stars' } };
  expect(() => detected(rows, data)).toThrow(
    'The training file has no column "reviews", which \'lathe.data.columns\' takes for its text; it has "review".',
  );
  expect(() => detected(rows, { columns: { text: 'x' } })).toThrow(
    'it has "review", "stars", "title".',
  );
});

it('reads a validation file as the training file', () => {
  const rows = [{ question: 'a?', answer: 'b' }];
  const before = { format: 'pairs', columns: {}, unused: [] } as const;
  expect(detect(rows).kind).toBe('chat');
  expect(detect(rows, { before }).kind).toBe('related');
});

it.each<[string, object, string]>([
  ['stepwise', { prompt: 'a', completions: ['b'], labels: [true] }, 'has stepwise rows'],
  ['prompts', { prompt: 'a', id: '1' }, 'has prompts without answers'],
  [
    'BFCL',
    { id: 'a', question: [[]], function: [] },
    'has questions with functions and no answers',
  ],
  ['gold answers', { id: 'a', ground_truth: [] }, 'has answers without their questions'],
  ['batches', { custom_id: 'a', body: {} }, 'has rows of a batch'],
])('refuses %s by name', (_, row, seen) => {
  expect(() => detect([row])).toThrow(`The file ${seen}`);
});

it('says why the first row cannot be read, whatever file it is of', () => {
  const message = 'the file ends in the middle of the JSON value that begins here';
  const lines = [{ number: 1, problem: { rule: 'json', message } }];
  expect(() => detect([], { lines })).toThrow(
    `The file has a first row that cannot be read: ${message}. Wanted is`,
  );
});

it.each([
  ['good', 'bad'],
  ['yes', 'no'],
  ['desirable', 'undesirable'],
  ['True', 'False'],
])('takes answers that are called %s and %s for judged ones', (good, bad) => {
  const rows = many((at) => ({
    ...{ prompt: sentence(at), completion: `done ${at}` },
    label: at % 2 === 0 ? good : bad,
  }));
  const { detection, reading } = detect(rows);
  expect(detection).toMatchObject({ format: 'kto', confidence: 1 });
  const judged = rows.slice(0, 2).map((row) => readAs({ ...row }, reading).row);
  expect(judged).toMatchObject([{ label: true }, { label: false }]);
});

it('does not take an empty list, or data of any kind, for messages or pieces of a text', () => {
  for (const row of [
    { row: { text: 'a b' }, truncated_cells: [] },
    { data: { text: 'a b' }, annotation: { label: 'x' } },
  ])
    expect(() => detect(many(() => row))).toThrow(/The file has rows with the keys/);
});

it('says of one object with a list a column what to do', () => {
  const columns = { text: ['a b', 'c d'], label: ['x', 'y'] };
  expect(() => detect([columns])).toThrow(/one object with a list a column.*orient='records'/);
  const series = { text: { 0: 'a b', 1: 'c d' }, label: { 0: 'x', 1: 'y' } };
  const split = {
    columns: ['text', 'label'],
    index: [0, 1],
    data: [
      ['a b', 'x'],
      ['c d', 'y'],
    ],
  };
  // Of columns of any other names each is taken for a row at first.
  const named = [
    { id: 'review', 3: 'a b', 7: 'c d' },
    { id: 'stars', 3: 1, 7: 2 },
  ];
  for (const rows of [[series], [split], named])
    expect(() => detect(rows)).toThrow(/one object of columns.*orient='records'/);
});

it('names the part of what is asked that is no text', () => {
  const rows = many((at) => ({ instruction: sentence(at), input: 'this', output: 'done' }));
  const { reading } = detect(rows);
  const places = readAs({ instruction: 'Do it.', input: 5, output: 'done' }, reading).places?.();
  expect(places).toContainEqual(['messages[0].content', 'input']);
});

it('says of the first line why it is no JSON, where none is', () => {
  const lines = [3, 4].map((number) => ({
    number,
    bytes: Buffer.from('{"text": "a", "score": NaN}'),
  }));
  expect(() => detect([], { lines })).toThrow(
    "The file has no line of valid JSON (line 3: the line is not valid JSON: Unexpected token 'N'; JSON has no NaN and no Infinity, write null).",
  );
});

it('tells under which keys turns say who speaks, and what', () => {
  const spoken = (speaker: string, text: string) =>
    many(() => ({
      dialogue: [
        { [speaker]: 'user', [text]: 'Hi' },
        { [speaker]: 'assistant', [text]: 'Hello.' },
      ],
    }));
  expect(detected(spoken('speaker', 'text'), {})).toMatchObject({
    format: 'sharegpt',
    columns: { messages: 'dialogue' },
    turns: { speaker: 'speaker', text: 'text' },
  });
  expect(detected(spoken('from', 'value'), {})).not.toHaveProperty('turns');
  expect(detected(spoken('role', 'content'), {})?.format).toBe('chat');
});

it('names roles by OpenAI’s names', () => {
  const messages = [
    { role: 'Human', content: 'Hi' },
    { role: 'ai', content: 'Hello.' },
  ];
  const { reading } = detect([{ messages }]);
  expect(readAs({ messages }, reading).row).toEqual({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
    ],
  });
});
