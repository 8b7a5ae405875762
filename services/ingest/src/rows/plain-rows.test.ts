/** Plain rows, which are read from their bytes, are what the usual way makes of them, in every number and letter. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { tinySpecialTokens, writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lesson, Reading } from '../lesson/lesson.ts';
import type { Line } from '../read/lines.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { createNativeReader } from './native-rows.ts';
import { packLines } from './packed-lines.ts';
import { packReads } from './packed-reads.ts';
import { createPlainReader } from './plain-rows.ts';
import { readLineRows } from './read-lines.ts';
import { readPacked } from './read-packed.ts';
import type { RowLimits } from './row-task.ts';

const reading: Reading = { format: 'chat', columns: { messages: ['messages'] }, unused: [] };
const lesson: Lesson = { task: 'generation', architecture: 'decoder', rows: 'chat', reading };
const limits: RowLimits = {
  ...{ maxLineBytes: 4096, maxDepth: 64, maxTokens: 90, pieceTokens: 90, tokenizedErrors: 5 },
  personal: { mode: 'report', allowed: ['help@lathe.example'] },
};
/** Templates of models have much to say themselves. */
const roomy: RowLimits = { ...limits, maxTokens: 500, pieceTokens: 500 };
/** Every text is written without tags, as ChatML does. */
const untagged =
  "{% for m in messages %}{% if loop.first and messages[0]['role'] != 'system' %}<|system|>be kind<|end|>{% endif %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}";

/** As Qwen's, it looks at messages before and at what is there. */
const asking =
  "{% for m in messages %}{% if loop.index0 == 0 or messages[loop.index0 - 1].role != 'tool' %}<|{{ m.role }}|>{% endif %}{% if m.content and not m.tool_calls %}{{ '\n' + m.content + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

/** Templates of models, each with the token that ends its answers. */
const published = [
  ['llama3', '<|eot_id|>'],
  ['qwen3', '<|im_end|>'],
  ['gemma', '<end_of_turn>'],
  ['mistral', '</s>'],
  ['smollm3', '<|im_end|>'],
  ['phi3', '<|end|>'],
  ['deepseek', '<｜end▁of▁sentence｜>'],
] as const;
const chats = join(import.meta.dirname, '../../../../packages/tokenizer/src/fixtures/chat');

let folder: Awaited<ReturnType<typeof tempFolder>>;
const encoders: PlacedEncoder[] = [];
const completions: Lesson = { task: 'generation', architecture: 'decoder', rows: 'completion' };
/** The second one puts a token before a text. */
let ofCompletions: readonly [PlacedEncoder, PlacedEncoder];
beforeAll(async () => {
  folder = await tempFolder();
  const words = 'system user assistant where is my order it is on its way thank you be brief\n';
  const merged = trainByteLevelBpe([words.repeat(3)], {
    vocabularySize: 330,
    specialTokens: tinySpecialTokens,
  });
  const ofModels = published.map(async ([name, end]) => {
    const text = await readFile(join(chats, `${name}.jinja`), 'utf8');
    return [name, text.replaceAll(end, '<|end|>')] as const;
  });
  for (const [name, template] of [
    ['tagged', undefined],
    ['untagged', untagged],
    ['asking', asking],
    ...(await Promise.all(ofModels)),
  ] as const) {
    const path = join(folder.path, name);
    await writeTinyTokenizer(path, { template: template === undefined });
    await writeFile(join(path, 'tokenizer.json'), JSON.stringify(merged));
    if (template !== undefined) await writeFile(join(path, 'chat_template.jinja'), template);
    encoders.push(await openRowEncoder({ folder: path, name }, lesson));
  }
  const [first, second] = [join(folder.path, 'tagged'), join(folder.path, 'prefixed')];
  await writeTinyTokenizer(second);
  const special = { SpecialToken: { id: '<|system|>', type_id: 0 } };
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const prefixed = {
    ...merged,
    post_processor: {
      ...{ type: 'TemplateProcessing', single: [special, text], pair: [] },
      special_tokens: { '<|system|>': { id: '<|system|>', ids: [1], tokens: ['<|system|>'] } },
    },
  };
  await writeFile(join(second, 'tokenizer.json'), JSON.stringify(prefixed));
  ofCompletions = [
    await openRowEncoder({ folder: first, name: 'first' }, completions),
    await openRowEncoder({ folder: second, name: 'second' }, completions),
  ];
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Signs that are no more than that, signs that words and operators know, and characters that are no signs. */
const beyondAscii = [
  ...[
    '·',
    '—',
    '–',
    '“',
    '„',
    '«',
    '€',
    '°',
    '😀',
    '─',
    '█',
    '¿',
    '§',
    '、',
    '×',
    '−',
    '÷',
    '⋅',
    '…',
  ],
  ...[
    '5×5',
    '7−2',
    'x…',
    '…5',
    '3 − 4',
    'a·b',
    '"…',
    '’',
    '”',
    '→',
    '≤',
    '²',
    '½',
    'ﬁ',
    'é',
    '´',
    '\ufe0f',
    ...'äÉßİıſΣσ←≥√⁻³Ⅷ٣𝒜𝟙𐐀я中は한ᵀǅ：｜',
    ...[
      'ΣΑΣ',
      '(Σ)',
      'x²',
      'x² + 7',
      '7 → 8',
      'π ≤ 4',
      '3−½',
      '“Ja.”',
      'it’s',
      "'ä",
      '12²³4',
      'e\u0301',
      '👩\u200d👧',
    ],
  ],
];
const said = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...'where is my order? 12 It IS on its way.'.split(' ')),
      },
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        '\r\n',
        '"',
        '\\',
        '/',
        "it's",
        '100',
        'a,b;c!',
        '  ',
        '0x1F',
      ),
      fc.constantFrom('<', '<|', '|>', '<|end|>', '<|us', 'er|>', '>', '|', '<|system|>'),
      fc.constantFrom('ä', '’', '😀', '\u0000', '\u0007', '\u007f', '\ud800', '\u00a0', '\ue000'),
      { weight: 2, arbitrary: fc.constantFrom(...beyondAscii) },
      fc.constantFrom('</think>', '<think>\n', '/no_think', '<tool_response>', '<tool_call>'),
      fc.constantFrom('anna@mail.org', '+43 664 1234567', '10.0.0.1', 'help@lathe.example'),
      fc.constantFrom('jörg@müller.at', 'ä@b.org', 'b@äé.org', '\u212aZ86 125K ZT50 0410 0100'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));
const plainly = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...'where is my order? 12 It IS "so" \\ on\n\tits way. 7 + 5 - ='.split(' '),
        ),
      },
      fc.constantFrom(...beyondAscii),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(' ').replaceAll(/(?<=[^ ]) (?=[·×−–])|(?<=[…×−–€]) /g, ''));
const turns = (content: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.option(fc.constantFrom('system', 'developer'), { nil: undefined }),
      fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 3 }),
      content,
    )
    .map(([first, pairs, told]) => [
      ...(first === undefined ? [] : [{ role: first, content: told }]),
      ...pairs.flatMap(([user, assistant]) => [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
      ]),
    ]);
const anyMessages = fc.array(
  fc.record(
    {
      role: fc.constantFrom('system', 'user', 'assistant', 'tool', 'nobody'),
      content: fc.oneof(said, fc.constant(null)),
      weight: fc.constantFrom(0, 1, 2),
    },
    { requiredKeys: ['role', 'content'] },
  ),
  { maxLength: 4 },
);
/** A row as JSON in the ways that programs write it. */
const written = (messages: unknown) =>
  fc
    .constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.replaceAll('":', '": ').replaceAll(',"', ', "').replace('[{', '[ {'),
      (text) => ` ${text}\r`,
      (text) => text.replace('{"messages"', '{ "messages" '),
      (text) =>
        text.replace(
          /\{"role":"user","content":("(?:[^"\\]|\\.)*")\}/,
          '{"content":$1,"role":"user"}',
        ),
      (text) => text.replaceAll('/', '\\/'),
      (text) => text.replace('user', '\\u0075ser'),
      (text) => text.replace('"role"', '"role":"user","role"'),
      (text) => text.replace('{"messages"', '{"id":7,"messages"'),
      (text) => text.slice(0, -1),
      (text) => `${text}]`,
      (text) => text.replace('}]', '},]'),
      (text) => text.replace('{"messages":', '{"group":"a","messages":'),
    )
    .map((change) => change(JSON.stringify({ messages })));

const linesOf = (texts: readonly string[]): Line[] =>
  texts.map((text, at) => ({ number: at + 1, bytes: Buffer.from(text) }));

it('is the usual way faster, whatever rows say', { timeout: 180_000 }, () => {
  const rows = fc.oneof(
    { weight: 3, arbitrary: turns(plainly) },
    { weight: 2, arbitrary: turns(said) },
    { weight: 1, arbitrary: anyMessages },
  );
  const texts = fc.array(rows.chain(written), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(texts, fc.nat(published.length + 2), (all, which) => {
      const encoder = encoders[which] as PlacedEncoder;
      const task = { lesson, limits: which < 3 ? limits : roomy, errors: 0 };
      const usual = readLineRows(linesOf(all), { ...encoder, plain: undefined }, task);
      expect(readLineRows(linesOf(all), encoder, task)).toEqual(usual);
      // In C where it was built, which leaves rows that are not plain to the others.
      expect(readPacked(packLines([linesOf(all)]), encoder, task)).toEqual(packReads(usual));
    }),
    { numRuns: 400 },
  );
});

/** Columns of prompts and completions under the names that a file has for them. */
const columnNames = [
  ['prompt', 'completion'],
  ['completion', 'prompt'],
  ['input text', 'target_text'],
  ['group', 'b'],
  ['a"b', 'ä'],
] as const;
/** A row of a prompt and a completion, and others, as JSON in the ways that programs write it. */
const completionText = (content: fc.Arbitrary<unknown>, [prompt, completion]: readonly string[]) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(prompt, completion), content), { maxLength: 3 }),
      fc.tuple(content, content),
      fc.constantFrom<(text: string) => string>(
        (text) => text,
        (text) => text.replaceAll('":', '": ').replaceAll(',"', ', "'),
        (text) => ` ${text}\r`,
        (text) => text.replaceAll('/', '\\/'),
        (text) => text.slice(0, -1),
        (text) => `${text}]`,
        (text) => text.replace(/^\{/, '{"id":7,'),
        (text) => text.replace(/^\{/, '{"group":"a",'),
        (text) => text.replace(/\}$/, ',"other":null}'),
      ),
      fc.nat(9),
    )
    .map(([pairs, [asked, answer], change, kind]) => {
      const key = (name: unknown) => JSON.stringify(name);
      const usual = [`${key(prompt)}:${key(asked)}`, `${key(completion)}:${key(answer)}`];
      const odd = pairs.map(([name, said]) => `${key(name)}:${key(said)}`);
      const all = kind === 0 ? odd : kind < 3 ? usual.toReversed() : usual;
      return change(`{${all.join(',')}}`);
    });

it('reads prompts with completions in C as the usual way does', { timeout: 180_000 }, () => {
  const rows = (names: readonly string[]) =>
    fc.oneof(
      { weight: 3, arbitrary: completionText(plainly, names) },
      { weight: 2, arbitrary: completionText(said, names) },
      { weight: 1, arbitrary: completionText(fc.oneof(said, fc.constant(null)), names) },
    );
  const files = fc.nat(columnNames.length).chain((which) =>
    fc.record({
      texts: fc.array(rows(columnNames[which] ?? columnNames[0]), { minLength: 1, maxLength: 6 }),
      names: fc.constant(columnNames[which]),
    }),
  );
  fc.assert(
    fc.property(files, fc.constantFrom(0, 1), ({ texts, names }, which) => {
      const encoder = ofCompletions[which];
      const columns = names && { prompt: names[0], completion: names[1] };
      const own: Lesson = {
        ...completions,
        ...(columns && { reading: { format: 'prompt-completion', columns, unused: [] } }),
      };
      const task = { lesson: own, limits, errors: 0 };
      const usual = packReads(readLineRows(linesOf(texts), encoder, task));
      expect(readPacked(packLines([linesOf(texts)]), encoder, task)).toEqual(usual);
    }),
    { numRuns: 400 },
  );
});

it('takes prompts with completions under any names, and leaves other rows', () => {
  const task = { lesson: completions, limits };
  const [encoder, prefixed] = ofCompletions;
  expect(prefixed.plainCompletions?.steps[0]).toEqual({ supervised: false, tokens: [1] });
  const reader = createNativeReader(encoder, task);
  const rows = [
    { prompt: 'Where is\n"it"?', completion: ' On its way.' },
    { completion: ' On its way.', prompt: 'Where is it?' },
    { prompt: 'a', completion: ' 5×5 ä' },
    { prompt: 'to help@lathe.example', completion: 'b <|en' },
    { prompt: 'to anna@mail.org', completion: 'b' },
    { prompt: 'a <|end|>', completion: 'b' },
    { prompt: '', completion: 'b' },
    { prompt: 'a', completion: ' ' },
    { prompt: 'a', completion: 'x'.repeat(99) },
    { prompt: 'a', completion: 'b', id: 1 },
  ];
  const taken = (read: typeof reader, some: readonly object[]) => {
    const lines = packLines([linesOf(some.map((row) => JSON.stringify(row)))]);
    const { found, refused } = read?.(lines) ?? { refused: new Set() };
    return some.map((_, place) => {
      const row = found?.rows.findIndex((at, index) => index % 2 === 0 && at === place) ?? -1;
      return row >= 0 && !refused.has(row / 2);
    });
  };
  const isThere = reader !== undefined;
  const [first, second] = [new Array<boolean>(4).fill(isThere), new Array<boolean>(6).fill(false)];
  expect(taken(reader, rows)).toEqual([...first, ...second]);
  const named = (columns: Reading['columns'], format: Reading['format'] = 'prompt-completion') =>
    createNativeReader(encoder, {
      ...task,
      lesson: { ...completions, reading: { format, columns, unused: [] } },
    });
  const other = named({ prompt: ['input text'], completion: 'target' });
  expect(taken(other, [{ 'input text': 'a', target: 'b' }, rows[0] ?? {}])).toEqual([
    isThere,
    false,
  ]);
  for (const columns of [
    { prompt: 'group', completion: 'b' },
    { prompt: 'a' },
    { prompt: ['a', 'b'], completion: 'c' },
    { prompt: 'a', completion: 'a' },
  ])
    expect(named(columns)).toBeUndefined();
  expect(named({ prompt: 'prompt', completion: 'completion' }, 'chat-completion')).toBeUndefined();
  const others: readonly Lesson[] = [
    { ...completions, rows: 'labelled', answers: 'completion' },
    { ...completions, task: 'preference' },
  ];
  for (const lesson of others)
    expect(createNativeReader(encoder, { ...task, lesson })).toBeUndefined();
  expect(
    createNativeReader(encoder, { ...task, limits: { ...limits, mend: true } }),
  ).toBeUndefined();
});

it.each(['\n\n<', '<|end|>\n', '😀'])(
  'reads chats the usual way where %j is a special token',
  async (content) => {
    const path = join(folder.path, 'blank');
    await writeTinyTokenizer(path);
    const merged = JSON.parse(await readFile(join(folder.path, 'tagged/tokenizer.json'), 'utf8'));
    const added = { content, normalized: false, single_word: false, lstrip: false, rstrip: false };
    const all = [...merged.added_tokens, { ...added, id: 330, special: true }];
    await writeFile(join(path, 'tokenizer.json'), JSON.stringify({ ...merged, added_tokens: all }));
    const encoder = await openRowEncoder({ folder: path, name: 'blank' }, lesson);
    expect(encoder.plain).toBeUndefined();
    const messages = [
      { role: 'user', content },
      { role: 'assistant', content: 'yes' },
    ] as const;
    const encoded = encoder.encode({ kind: 'chat', line: 1, messages: [...messages] }, roomy);
    // Nothing goes between the characters of one, so that it could not be told from a token.
    expect('issue' in encoded).toBe(content === '😀');
  },
);

it('reads a row of a thousand different signs', () => {
  const content = Array.from({ length: 4000 }, (_, at) => String.fromCodePoint(0x2000 + at)).filter(
    (sign) => /\p{So}/u.test(sign) && sign.normalize('NFKC') === sign,
  );
  const lines = linesOf([
    JSON.stringify({
      messages: [
        { role: 'user', content: content.join('') },
        { role: 'assistant', content: 'b' },
      ],
    }),
  ]);
  const [encoder] = encoders as [PlacedEncoder];
  const task = { lesson, limits: roomy, errors: 0 };
  const usual = readLineRows(lines, { ...encoder, plain: undefined }, task);
  expect(readPacked(packLines([lines]), encoder, task)).toEqual(packReads(usual));
});

it('takes plain rows, and leaves others', () => {
  const rows = [
    [
      { role: 'user', content: 'Where is\n"it"?' },
      { role: 'assistant', content: 'On its way.' },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'ä' },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'to anna@mail.org' },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'to help@lathe.example' },
    ],
    [
      { role: 'user', content: 'a <|end|>' },
      { role: 'assistant', content: 'b' },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: ' ' },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'x'.repeat(99) },
    ],
    [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'c' },
    ],
  ];
  for (const encoder of encoders.slice(0, 3)) {
    const read = createPlainReader(encoder, { lesson, limits });
    const lines = linesOf(rows.map((messages) => JSON.stringify({ messages })));
    // Rows of which nothing is to be told cost least on their way, whichever way read them.
    const task = { lesson, limits, errors: 0 };
    for (const one of [encoder, { ...encoder, plain: undefined }])
      expect(packReads(readLineRows(lines.slice(0, 1), one, task)).reads).toEqual([null]);
    expect(lines.map((line) => read?.(line) !== undefined)).toEqual([
      ...[true, false, false, true],
      ...[false, false, false, false],
    ]);
  }
  const [encoder] = encoders as [PlacedEncoder];
  expect(createPlainReader(encoder, { lesson, limits: { ...limits, mend: true } })).toBeUndefined();
  const others: readonly Lesson[] = [
    { ...lesson, rows: 'judged' },
    { ...lesson, reading: { ...reading, columns: { messages: ['chat'] } } },
    { ...lesson, reading: { ...reading, format: 'sharegpt' } },
  ];
  for (const other of others)
    expect(createPlainReader(encoder, { lesson: other, limits })).toBeUndefined();
});

it('takes plain rows of the templates that models have', () => {
  const talk = (...contents: string[]) =>
    JSON.stringify({
      messages: contents.map((content, at) => ({
        role: ['user', 'assistant'][at % 2],
        content,
      })),
    });
  const rows = [
    talk('Where is it?', 'On its way.'),
    talk('Where is it?', 'On its way.', 'When?', 'Soon.'),
    talk('Where is it?\n', 'On its way.\n'),
    talk('Where?', '<think>\nHm\n</think>\n\nHere.'),
  ];
  const taken = published.map(([name], at) => {
    const read = createPlainReader(encoders[at + 3] as PlacedEncoder, { lesson, limits: roomy });
    return [name, linesOf(rows).map((line) => read?.(line) !== undefined)];
  });
  expect(Object.fromEntries(taken)).toEqual({
    llama3: [true, true, false, true],
    qwen3: [true, true, false, false],
    gemma: [true, true, false, true],
    mistral: [true, true, false, true],
    smollm3: [true, true, false, true],
    phi3: [true, true, true, true],
    // It is asked with an opened thought, which is told of every row.
    deepseek: [false, false, false, false],
  });
});
