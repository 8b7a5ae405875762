import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const lines = (texts: readonly unknown[]) =>
  texts.map((text) => JSON.stringify({ text })).join('\n');

it('makes every token of a text a target, and cuts a long one into pieces', async () => {
  const options = { max_tokens: 32 };
  const job = await service.run(lines(['short', 'long '.repeat(14), 'x']), { options });
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, report, rows, examples } = await service.dataset(job);
  expect(manifest).toMatchObject({ kind: 'text', templateSha256: null });
  expect(report.findings.map(({ rule }) => rule)).toEqual(['few-rows', 'no-held-out']);
  // A text in pieces is one row.
  expect(report.rows).toMatchObject({ read: 3, kept: 3, rejected: 0 });
  const parts = await rows(manifest.train);
  const whole = 'long '.repeat(14);
  expect(parts).toEqual([
    { kind: 'text', line: 1, part: 0, text: 'short' },
    { kind: 'text', line: 2, part: 0, text: whole },
    { kind: 'text', line: 2, part: 1, text: '' },
    { kind: 'text', line: 2, part: 2, text: '' },
    { kind: 'text', line: 3, part: 0, text: 'x' },
  ]);
  const pieces = await examples(manifest.train);
  // The tiny tokenizer has one token a byte, and end-of-text follows the last.
  expect(pieces.map(({ tokens }) => tokens.length)).toEqual([6, 32, 32, 7, 2]);
  for (const { supervised } of pieces) expect(supervised.subarray(1)).not.toContain(0);
  expect(manifest.train.supervisedTokens).toBe(6 + 32 + 32 + 7 + 2 - 5);
});

it('keeps all pieces of a text on one side of the split', async () => {
  const texts = Array.from({ length: 20 }, (_, index) =>
    `${String.fromCharCode(97 + index)} `.repeat(40),
  );
  const job = await service.run(lines(texts), { options: { max_tokens: 40, held_out_share: 0.5 } });
  const { manifest, rows } = await service.dataset(job);
  const heldOut = new Set((await rows(manifest.heldOut)).map(({ line }) => line));
  expect(heldOut.size).toBeGreaterThan(0);
  for (const { line } of await rows(manifest.train)) expect(heldOut).not.toContain(line);
});

it.each([
  [JSON.stringify({ text: '' }), 'Line 2: text must not be empty.'],
  [JSON.stringify({ text: 7 }), 'Line 2: text must be a string.'],
  [JSON.stringify({ prompt: 'a' }), 'Line 2: "text" is missing.'],
])('names the line of a wrong text: %s', async (wrong, message) => {
  const job = await service.run(`${lines(['a'])}\n${wrong}\n${lines(['b'])}`);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'invalid_file_format' } });
  expect(job.error?.message).toContain(message);
});

it('does not mix texts with chats', async () => {
  const validationFile = await service.upload(chatLines(3));
  const job = await service.run(lines(['a', 'b']), { validationFile });
  expect(job.error?.message).toContain('has chat rows, but the training file has text rows');
});
