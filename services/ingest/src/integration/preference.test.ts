import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const answer = (content: string) => [{ role: 'assistant', content }];
const pair = (index: number) => ({
  input: { messages: [{ role: 'user', content: `question ${String.fromCharCode(97 + index)}` }] },
  preferred_output: answer('yes'),
  non_preferred_output: answer('not at all'),
});
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const dpo = { method: 'dpo' as const };

it('turns pairs into two sequences each, of which only the answers are targets', async () => {
  const job = await service.run(lines(Array.from({ length: 20 }, (_, index) => pair(index))), {
    ...dpo,
    hyperparameters: { beta: 'auto', n_epochs: 2 },
    options: { preference: { loss: 'ipo' } },
  });
  expect(job).toMatchObject({ state: 'queued', stage: 'train', error: null });
  expect(job.settings).toMatchObject({ epochs: 2, preference: { loss: 'ipo', beta: 0.1 } });
  const { manifest, report, rows, examples } = await service.dataset(job);
  expect(manifest).toMatchObject({ kind: 'preference', train: { rows: 16 }, heldOut: { rows: 4 } });
  expect(report.rows).toMatchObject({ read: 20, kept: 20 });
  const [first] = await rows(manifest.train);
  expect(first).toMatchObject({
    kind: 'preference',
    preferred: { role: 'assistant', content: 'yes' },
    rejected: { role: 'assistant', content: 'not at all' },
  });
  const sequences = await examples(manifest.train);
  expect(sequences).toHaveLength(32);
  const [chosen, rejected] = sequences;
  const count = (flags?: Uint8Array) => flags?.reduce((sum, flag) => sum + flag, 0);
  // Bytes of the answer and the end of its turn.
  expect(count(chosen?.supervised)).toBe(4);
  expect(count(rejected?.supervised)).toBe(11);
  const prompt = chosen?.supervised.indexOf(1);
  expect(rejected?.supervised.indexOf(1)).toBe(prompt);
  expect(chosen?.tokens.slice(0, prompt)).toEqual(rejected?.tokens.slice(0, prompt));
});

it('keeps earlier answers of the conversation out of the targets', async () => {
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'an earlier answer' },
    { role: 'user', content: 'b' },
  ];
  const job = await service.run(lines([{ ...pair(0), input: { messages } }]), dpo);
  const { manifest, examples } = await service.dataset(job);
  const [chosen] = await examples(manifest.train);
  expect(chosen?.supervised.reduce((sum, flag) => sum + flag, 0)).toBe(4);
});

it.each([
  [{ input: undefined }, '"input" is missing'],
  [{ input: { messages: [] } }, 'input.messages must not be empty'],
  [{ input: { messages: answer('a') } }, 'input.messages must not end with an answer'],
  [{ input: { ...pair(0).input, tools: [{}] } }, 'input.tools[0] must be {"type": "function"'],
  [{ preferred_output: undefined }, '"preferred_output" is missing'],
  [{ preferred_output: 'yes' }, 'preferred_output must be a list, not a string'],
  [{ preferred_output: [...answer('a'), ...answer('b')] }, 'must hold one message, not 2'],
  [
    { non_preferred_output: [{ role: 'user', content: 'a' }] },
    'non_preferred_output[0] must be from the assistant',
  ],
  [{ non_preferred_output: answer('yes') }, 'say the same'],
  [{ messages: [] }, 'messages does not belong here'],
])('names the line of a wrong pair: %j', async (wrong, message) => {
  const rows = [pair(0), pair(1), { ...pair(2), ...wrong }, pair(3)];
  const job = await service.run(lines(rows), dpo);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'invalid_file_format' } });
  expect(job.error?.message).toMatch(/^Line 3: /);
  expect(job.error?.message).toContain(message);
});

it('says which method rows are for', async () => {
  const pairs = await service.run(lines([pair(0)]));
  expect(pairs.error?.message).toContain('has preference rows. They are for the method dpo,');
  const chats = await service.run(chatLines(3), dpo);
  expect(chats.error?.message).toContain(
    'has chat rows. They are for the method supervised. The method dpo wants lines of',
  );
});

const judged = (index: number, label: unknown) => {
  const { input, preferred_output: output } = pair(index);
  return { input, output, label };
};
const kto = { ...dpo, options: { preference: { loss: 'kto' as const } } };

it('flags the targets of judged answers by their label', async () => {
  const job = await service.run(lines([judged(0, true), judged(1, false)]), kto);
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, rows, examples } = await service.dataset(job);
  expect(manifest).toMatchObject({ kind: 'judged', train: { rows: 2, supervisedTokens: 8 } });
  expect(await rows(manifest.train)).toMatchObject([{ label: true }, { label: false }]);
  const [good, bad] = await examples(manifest.train);
  expect(new Set(good?.supervised)).toEqual(new Set([0, 1]));
  expect(new Set(bad?.supervised)).toEqual(new Set([0, 2]));
});

it.each([
  [judged(0, 'yes'), 'Line 2: label must be true or false, not a string.'],
  [{ ...judged(0, true), output: [] }, 'Line 2: output must hold one message, not 0.'],
  [{ ...judged(0, true), score: 1, tools: [{}] }, 'Line 2: tools cannot be trained'],
])('names the line of a wrong judgement: %j', async (wrong, message) => {
  const job = await service.run(lines([judged(0, true), wrong]), kto);
  expect(job.error?.message).toContain(message);
});

it('tells judged answers from pairs', async () => {
  const pairs = await service.run(lines([pair(0)]), kto);
  expect(pairs.error?.message).toContain('with any loss but kto. The loss kto wants lines of');
  const singles = await service.run(lines([judged(0, true)]), dpo);
  expect(singles.error?.message).toContain('has judged rows. They are for the method dpo with');
});

it('needs held-out rows for early stopping', async () => {
  const job = await service.run(lines([pair(0), pair(1)]), {
    ...dpo,
    options: { early_stopping: {} },
  });
  expect(job.error).toMatchObject({ code: 'invalid_value', param: 'lathe.early_stopping' });
});
