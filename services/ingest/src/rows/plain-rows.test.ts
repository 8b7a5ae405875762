/** Plain rows, which are read from their bytes, are what the usual way makes of them, in every number and letter. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lesson, Reading } from '../lesson/lesson.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { packLines } from './packed-lines.ts';
import { packReads } from './packed-reads.ts';
import { limits, linesOf, plainly, said, smallTokenizer } from './plain-rows.fixture.ts';
import { createPlainReader } from './plain-rows.ts';
import { readLineRows } from './read-lines.ts';
import { readPacked } from './read-packed.ts';
import type { RowLimits } from './row-task.ts';

const reading: Reading = { format: 'chat', columns: { messages: ['messages'] }, unused: [] };
const lesson: Lesson = { task: 'generation', architecture: 'decoder', rows: 'chat', reading };
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
beforeAll(async () => {
  folder = await tempFolder();
  const merged = smallTokenizer();
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
});
afterAll(() => folder[Symbol.asyncDispose]());

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
