import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { LengthPolicy } from '@lathe/contracts/http/data';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lesson } from '../lesson/lesson.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { cuttingOf, type Fitted, wholeOf } from './cutting.ts';
import { fitRow } from './fit-row.ts';
import { effectsOn } from './length-effects.ts';
import { markCut } from './mark-cut.ts';

const encoderFolder = join(import.meta.dirname, '../../../../models/lathe-tiny-encoder');
let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
  await writeTinyModel(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

const opened = new Map<string, Promise<PlacedEncoder>>();
async function cut(
  row: CanonicalRow,
  task: Lesson['task'],
  { policy, maxTokens }: { readonly policy: LengthPolicy; readonly maxTokens: number },
) {
  const reads = ['classification', 'question-answering', 'token-classification', 'embedding'];
  const architecture = reads.includes(task) ? 'encoder' : 'decoder';
  const lesson: Lesson = { task, architecture, rows: row.kind };
  const path = architecture === 'encoder' ? encoderFolder : folder.path;
  const key = `${path} ${task} ${row.kind}`;
  const encoder = await (opened.get(key) ?? openRowEncoder({ folder: path, name: 'tiny' }, lesson));
  opened.set(key, Promise.resolve(encoder));
  const room = { maxTokens, pieceTokens: maxTokens };
  const cutting = cuttingOf(encoder, lesson, room);
  const encoded = encoder.encode(row, room);
  if ('issue' in encoded) throw new Error(encoded.issue.message);
  const fitted = fitRow(row, encoded, { policy, cutting });
  const whole = wholeOf(row, encoded, cutting);
  return { fitted, whole, effects: effectsOn(row, whole, cutting) };
}

const said = (role: 'user' | 'assistant' | 'system', content: string) => ({ role, content });
const chat = (...messages: ReturnType<typeof said>[]): CanonicalRow => ({
  ...{ kind: 'chat', line: 1, messages },
});
const lengthsOf = (fitted: Fitted | undefined) =>
  fitted?.encoded.examples.map(({ tokens }) => tokens.length);

it('cuts texts and pairs as the longest_first of Hugging Face’s tokenizers', async () => {
  const file = join(import.meta.dirname, 'fixtures/longest-first.json');
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    cases: { texts: [string, string?]; maxTokens: number; ids: number[] }[];
  };
  for (const { texts, maxTokens, ids } of cases) {
    const [text, pair] = texts;
    const row: CanonicalRow = {
      ...{ kind: 'labelled', line: 1, text, label: 'a' },
      ...(pair !== undefined && { pair }),
    };
    const { fitted } = await cut(row, 'classification', { policy: 'truncate_end', maxTokens });
    expect([...(fitted?.encoded.examples[0]?.tokens ?? [])]).toEqual(ids);
  }
  expect(cases.length).toBeGreaterThan(8);
});

describe('of a model that writes, one token a byte', () => {
  it('truncate_end keeps what fits of an answer, and teaches no end of it', async () => {
    const row = chat(said('user', 'Why?'), said('assistant', 'x'.repeat(60)));
    const { fitted, whole } = await cut(row, 'generation', {
      ...{ policy: 'truncate_end', maxTokens: 30 },
    });
    expect(lengthsOf(fitted)).toEqual([30]);
    const { tokens, supervised } = fitted?.encoded.examples[0] ?? expect.fail('nothing');
    expect([...tokens]).toEqual([...(whole.examples[0]?.tokens.slice(0, 30) ?? [])]);
    expect(supervised.at(-1)).toBe(1);
    expect(fitted).toMatchObject({ row, isOpen: true });
  });

  it('truncate_end leaves out answers that are beyond the limit, and a row of which none is left', async () => {
    const turns = ['a', 'b', 'c', 'd'].flatMap((letter) => [
      said('user', letter.repeat(5)),
      said('assistant', letter.repeat(10)),
    ]);
    const { fitted } = await cut(chat(...turns), 'generation', {
      ...{ policy: 'truncate_end', maxTokens: 50 },
    });
    // A turn is 19 tokens: two fit, and 4 letters of the third answer.
    expect(fitted?.row).toMatchObject({ messages: turns.slice(0, 6) });
    expect(lengthsOf(fitted)).toEqual([50]);
    const asked = chat(said('user', 'q'.repeat(60)), said('assistant', 'x'));
    const none = await cut(asked, 'generation', { policy: 'truncate_end', maxTokens: 50 });
    expect(none.fitted).toBeUndefined();
    expect(none.effects.find(({ policy }) => policy === 'truncate_end')?.isLeftOut).toBe(true);
  });

  it('truncate_middle_context keeps instruction, both ends of the question, and the answer', async () => {
    const system = said('system', 'Be short.');
    const answer = said('assistant', 'Yes.');
    const row = chat(system, said('user', `Read: ${'z'.repeat(100)} Is it?`), answer);
    const { fitted, whole } = await cut(row, 'generation', {
      ...{ policy: 'truncate_middle_context', maxTokens: 60 },
    });
    const { messages } = (fitted?.row ?? expect.fail('nothing')) as { messages: unknown[] };
    expect([messages[0], messages[2]]).toEqual([system, answer]);
    expect((messages[1] as { content: string }).content).toMatch(/^Read: z+ … z+ Is it\?$/);
    expect(lengthsOf(fitted)?.[0]).toBeLessThanOrEqual(60);
    expect(lengthsOf(fitted)?.[0]).toBeGreaterThan(50);
    const [marked] = markCut(whole, fitted?.encoded).examples;
    const kept = marked?.tokens.filter((_, at) => marked.cut[at] === 0) ?? Int32Array.of();
    // A byte is the token four after it; what is left of the question has no sign of the gap.
    const left = Buffer.from(kept.map((token) => token - 4)).toString();
    expect(left).toMatch(/Be short\..*Read: z+ Is it\?.*Yes\./s);
    const none = await cut(
      chat(said('user', 'Why?'), said('assistant', 'x'.repeat(90))),
      'generation',
      {
        ...{ policy: 'truncate_middle_context', maxTokens: 60 },
      },
    );
    expect(none.fitted).toBeUndefined();
  });

  it('cuts pairs of answers each at its end, but never to the same', async () => {
    const row = (better: string, worse: string): CanonicalRow => ({
      ...{ kind: 'preference', line: 1, messages: [said('user', 'Why?')] },
      ...{ preferred: said('assistant', better), rejected: said('assistant', worse) },
    });
    const options = { policy: 'truncate_end', maxTokens: 30 } as const;
    const { fitted } = await cut(row('x'.repeat(50), 'no'), 'preference', options);
    expect(lengthsOf(fitted)).toEqual([30, 10]);
    const alike = row(`${'x'.repeat(50)}1`, `${'x'.repeat(50)}2`);
    expect((await cut(alike, 'preference', options)).fitted).toBeUndefined();
  });

  it('cuts or splits a text', async () => {
    const row: CanonicalRow = {
      kind: 'text',
      line: 1,
      part: 0,
      text: `start ${'-'.repeat(80)} stop`,
    };
    const end = await cut(row, 'generation', { policy: 'truncate_end', maxTokens: 40 });
    expect(lengthsOf(end.fitted)).toEqual([40]);
    const middle = await cut(row, 'generation', {
      ...{ policy: 'truncate_middle_context', maxTokens: 40 },
    });
    expect(middle.fitted?.row).toMatchObject({
      text: expect.stringMatching(/^start -+ … -+ stop$/),
    });
    expect(lengthsOf(middle.fitted)).toEqual([40]);
    const split = await cut(row, 'generation', { policy: 'split', maxTokens: 40 });
    expect(lengthsOf(split.fitted)).toEqual([40, 40, 12]);
    expect(
      (await cut(row, 'generation', { policy: 'drop', maxTokens: 40 })).fitted,
    ).toBeUndefined();
    expect(split.effects).toEqual([
      { policy: 'error', isLeftOut: true, tokens: 92, taught: 91 },
      { policy: 'drop', isLeftOut: true, tokens: 92, taught: 91 },
      { policy: 'truncate_end', isLeftOut: false, tokens: 52, taught: 52 },
      { policy: 'truncate_middle_context', isLeftOut: false, tokens: 52, taught: 52 },
      { policy: 'split', isLeftOut: false, tokens: 0, taught: 0, examples: 3 },
    ]);
  });
});

describe('of a model that reads', () => {
  const filler = 'the cat saw a red house and '.repeat(6);
  const question = (before: string, after: string): CanonicalRow & { kind: 'question' } => {
    const context = `${before}Anna lives in Graz. ${after}`;
    const start = before.length;
    const answers = [{ text: 'Anna', start }];
    return { kind: 'question', line: 1, id: '1', question: 'Who?', context, answers };
  };
  it.each([
    ['the answer in the first half', '', filler],
    ['the answer in the second half', filler, ''],
    ['the answer in the middle', filler, filler],
  ])('a context is cut where it holds no answer: %s', async (_, before, after) => {
    const row = question(before, after);
    const policy = 'truncate_middle_context';
    const { fitted } = await cut(row, 'question-answering', { policy, maxTokens: 60 });
    const { row: cutRow } = fitted ?? expect.fail('nothing');
    if (cutRow.kind !== 'question') throw new Error('another kind');
    const [answer] = cutRow.answers;
    expect(cutRow.context.slice(answer?.start, (answer?.start ?? 0) + 4)).toBe('Anna');
    expect(cutRow.context).toContain(' … ');
    expect(lengthsOf(fitted)?.[0]).toBeLessThanOrEqual(60);
    expect(fitted?.encoded.examples[0]?.span?.[0]).toBeGreaterThan(0);
  });

  it('a context is not cut where neither side of the answer is long enough', async () => {
    const options = { policy: 'truncate_middle_context', maxTokens: 40 } as const;
    const { fitted } = await cut(question(filler, filler), 'question-answering', options);
    expect(fitted).toBeUndefined();
  });

  it('the end of a context goes unless the answer goes with it', async () => {
    const options = { policy: 'truncate_end', maxTokens: 40 } as const;
    const first = await cut(question('', filler), 'question-answering', options);
    expect(lengthsOf(first.fitted)).toEqual([40]);
    const last = await cut(question(filler, ''), 'question-answering', options);
    expect(last.fitted).toBeUndefined();
  });

  it('tagged words go whole, with their tags', async () => {
    const words = filler.trim().split(' ');
    let at = 0;
    const places = words.map((word): [number, number] => {
      const start = at;
      at += word.length + 1;
      return [start, start + word.length];
    });
    const tags = words.map(() => 'O');
    const row: CanonicalRow = { kind: 'tagged', line: 1, text: filler, words: places, tags };
    const { fitted } = await cut(row, 'token-classification', {
      ...{ policy: 'truncate_end', maxTokens: 20 },
    });
    const { row: kept } = fitted ?? expect.fail('nothing');
    if (kept.kind !== 'tagged') throw new Error('another kind');
    expect(kept.words).toEqual(places.slice(0, kept.words.length));
    expect(kept.tags).toHaveLength(kept.words.length);
    expect(lengthsOf(fitted)?.[0]).toBeLessThanOrEqual(20);
    expect(fitted?.encoded.examples).toHaveLength(1);
  });

  it('each text of an embedding row is cut by itself', async () => {
    const row: CanonicalRow = { kind: 'related', line: 1, texts: ['the cat', filler] };
    const { fitted } = await cut(row, 'embedding', { policy: 'truncate_end', maxTokens: 16 });
    expect(fitted?.row).toMatchObject({
      texts: ['the cat', expect.stringMatching(/^the cat saw/)],
    });
    expect(lengthsOf(fitted)?.[1]).toBe(16);
  });
});
