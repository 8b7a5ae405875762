/** Plain prompts with completions, which are read in C, are what the usual way makes of them. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lesson, Reading } from '../lesson/lesson.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { createNativeReader } from './native-rows.ts';
import { packLines } from './packed-lines.ts';
import { packReads } from './packed-reads.ts';
import { limits, linesOf, plainly, said, smallTokenizer } from './plain-rows.fixture.ts';
import { readLineRows } from './read-lines.ts';
import { readPacked } from './read-packed.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
const completions: Lesson = { task: 'generation', architecture: 'decoder', rows: 'completion' };
/** The second one puts a token before a text. */
let ofCompletions: readonly [PlacedEncoder, PlacedEncoder];
beforeAll(async () => {
  folder = await tempFolder();
  const merged = smallTokenizer();
  const [first, second] = [join(folder.path, 'usual'), join(folder.path, 'prefixed')];
  await writeTinyTokenizer(first);
  await writeFile(join(first, 'tokenizer.json'), JSON.stringify(merged));
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
