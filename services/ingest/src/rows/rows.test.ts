import { createLogger } from '@lathe/platform/log';
import { watchLoop } from '@lathe/testkit/loop-watch';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Line } from '../read/lines.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import { packLines } from './packed-lines.ts';
import { eachRead } from './plain-run.fixture.ts';
import { readLineRows } from './read-lines.ts';
import { type Rows, rowsOf, startRowThreads } from './rows.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const threads = startRowThreads(1, log);
const limits = {
  maxLineBytes: 2 ** 23,
  maxDepth: 64,
  maxTokens: 512,
  pieceTokens: 64,
  personal: { mode: 'report', allowed: [] } as const,
  tokenizedErrors: 1,
};
const lesson = { task: 'generation', architecture: 'decoder', rows: 'chat' } as const;
const { signal } = new AbortController();

let folder: Awaited<ReturnType<typeof tempFolder>>;
let rows: Rows;
beforeAll(async () => {
  folder = await tempFolder();
  await writeTinyModel(folder.path);
  const model = { session: 'one', folder: folder.path, name: 'tiny' };
  rows = rowsOf(threads, model, { project: 'default', signal });
  await rows.open(lesson);
});
afterAll(async () => {
  await threads.stop();
  await folder[Symbol.asyncDispose]();
});

const lineOf = (text: string, index: number): Line => ({
  number: index + 1,
  bytes: Buffer.from(text),
});
const chat = (question: string, answer: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  });
const mixed = [
  chat('a', 'b'),
  chat('a', 'x'.repeat(600)),
  '{',
  chat('a', ''),
  '{"messages":[]}',
  chat('after the errors', 'c'),
].map(lineOf);

it('reads lines in threads as it does here', async () => {
  const encoder = await openRowEncoder({ folder: folder.path, name: 'tiny' }, lesson);
  const here = readLineRows(mixed, encoder, { lesson, limits, errors: 0 });
  expect(eachRead(await rows.read(lesson, packLines([mixed]), { limits, errors: 0 }))).toEqual(
    here,
  );
  const without = startRowThreads(1, log, { isNative: false });
  const model = { session: 'one', folder: folder.path, name: 'tiny' };
  const others = rowsOf(without, model, { project: 'default', signal });
  expect(eachRead(await others.read(lesson, packLines([mixed]), { limits, errors: 0 }))).toEqual(
    here,
  );
  await without.stop();
  expect(here.map(({ number, right, long }) => (right ? number : long?.tokens))).toEqual([
    1,
    605,
    undefined,
    4,
    undefined,
    undefined,
  ]);
});

it('does not keep the event loop over long lines', async () => {
  const long = [chat('q', 'x'.repeat(100_000)), chat('q', '<|end|>'.repeat(5_000))].map(lineOf);
  const encoder = await openRowEncoder({ folder: folder.path, name: 'tiny' }, lesson);
  const here = watchLoop();
  const read = readLineRows(long, encoder, { lesson, limits, errors: 0 });
  here.stop();
  expect(read.map((line) => line.long?.tokens)).toEqual([expect.any(Number), expect.any(Number)]);
  const watch = watchLoop();
  await rows.read(lesson, packLines([long]), { limits, errors: 0 });
  watch.stop();
  expect(watch.longest()).toBeLessThan(here.longest() / 4);
});
