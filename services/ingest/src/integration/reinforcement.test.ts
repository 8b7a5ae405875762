import type { JobRecord } from '@lathe/contracts/job/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const rewarded: Pick<JobRecord, 'method' | 'grader'> = {
  method: 'reinforcement',
  grader: {
    ...{ type: 'string_check', name: 'same', operation: 'eq' },
    ...{ input: '{{ sample.output_text }}', reference: '{{ item.answer }}' },
  },
};
const row = (index: number) => ({
  messages: [{ role: 'user', content: `question ${String.fromCharCode(97 + index)}` }],
  answer: String(index),
  id: index,
  more: { level: index % 3 },
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => row(index));
const lines = (rows: readonly object[]) => rows.map((each) => JSON.stringify(each)).join('\n');

it('makes prompts without a target of rows, and keeps for the grader what stands beside the messages', async () => {
  const job = await service.run(lines(rowsOf(20)), {
    ...rewarded,
    hyperparameters: { compute_multiplier: 0.5, eval_interval: 7, n_epochs: 2 },
    options: { reinforcement: { loss: 'rloo' } },
  });
  expect(job).toMatchObject({ state: 'queued', stage: 'train', error: null });
  expect(job.settings).toMatchObject({
    epochs: 2,
    reinforcement: { loss: 'rloo', group_size: 4, evaluate_every: 7 },
  });
  const { manifest, report, rows, examples } = await service.dataset(job);
  expect(manifest).toMatchObject({ kind: 'prompt', train: { rows: 16 }, heldOut: { rows: 4 } });
  expect(report.findings).toEqual([]);
  const [first] = await rows(manifest.train);
  const { line = 0 } = first ?? {};
  const { messages, ...item } = row(line - 1);
  expect(first).toEqual({ kind: 'prompt', line, messages, item });
  const [example] = await examples(manifest.train);
  expect(example?.supervised.every((flag) => flag === 0)).toBe(true);

  // What a chat is taught before its answer is what the model is asked here.
  const answer = { role: 'assistant', content: 'x' };
  const chats = rowsOf(20).map((each) => ({ messages: [...each.messages, answer] }));
  const taught = await service.dataset(await service.run(lines(chats), {}));
  const asked = (await taught.examples(taught.manifest.train)).map(({ tokens, supervised }) =>
    tokens.slice(0, supervised.indexOf(1)).join(),
  );
  expect(asked).toContain(example?.tokens.join());
});

it.each([
  [{ messages: undefined, text: 'a' }, '"messages" is missing'],
  [{ messages: [] }, 'messages must not be empty'],
  [
    { messages: [...row(2).messages, { role: 'assistant', content: 'x' }] },
    'messages[1] must be from the user, not from assistant',
  ],
  [{ answer: undefined }, '"answer" is missing, which the grader names'],
])('names the line of a wrong prompt: %j', async (wrong, message) => {
  const rows = [row(0), row(1), { ...row(2), ...wrong }, row(3)];
  const job = await service.run(lines(rows), rewarded);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'invalid_file_format' } });
  expect(job.error?.message).toMatch(/^Line 3: /);
  expect(job.error?.message).toContain(message);
});

const long = { messages: [{ role: 'user', content: 'why '.repeat(70) }], answer: 'x' };

it('keeps room for the answer: a prompt that leaves none is named by its line before anything is trained', async () => {
  const text = lines([row(0), row(1), long, row(3)]);
  const run = (max_completion_tokens?: number) =>
    service.run(text, { ...rewarded, options: { reinforcement: { max_completion_tokens } } });
  expect((await run(500)).error).toMatchObject({
    code: 'invalid_file_format',
    message: expect.stringMatching(
      /^Line \d: the row has \d+ tokens; at most 12 fit beside an answer of 500/,
    ),
  });
  // The model takes 512 tokens, and where the job says nothing half of them are for the answer.
  expect((await run()).error?.message).toMatch(
    /^Line 3: the row has \d+ tokens; at most 256 fit beside an answer of 256/,
  );
  expect((await run(16)).error).toBeNull();
  expect((await run(512)).error).toMatchObject({
    ...{ code: 'invalid_value', param: 'lathe.reinforcement.max_completion_tokens' },
  });
});

it('wants prompts, and no rows of other methods', async () => {
  const pairs = rowsOf(12).map(({ messages }) => ({
    ...{ input: { messages }, preferred_output: [{ role: 'assistant', content: 'a' }] },
    non_preferred_output: [{ role: 'assistant', content: 'b' }],
  }));
  const job = await service.run(lines(pairs), rewarded);
  expect(job.error?.message).toContain('The method reinforcement wants lines of {"messages"');
  const chats = await service.run(chatLines(12), rewarded);
  expect(chats.error?.message).toContain('must be from the user');
});

it('reads the validation file as prompts, too', async () => {
  const validation = rowsOf(6).map((each) => ({ ...each, answer: `other ${each.answer}` }));
  const job = await service.run(lines(rowsOf(12).slice(6)), {
    ...rewarded,
    validationFile: await service.upload(lines(validation)),
  });
  const { manifest } = await service.dataset(job);
  expect(manifest).toMatchObject({ heldOutSource: 'validation_file', heldOut: { rows: 6 } });
});

it('keeps prompts of other numbers apart, since each has another answer', async () => {
  const sums = Array.from({ length: 20 }, (_, at) => ({
    messages: [{ role: 'user', content: `${at} + ${at + 3} =` }],
    answer: String(2 * at + 3),
  }));
  const { manifest, rows } = await service.dataset(await service.run(lines(sums), rewarded));
  expect(manifest).toMatchObject({ train: { rows: 15 }, heldOut: { rows: 5 } });
  const heldOut = await rows(manifest.heldOut);
  expect(heldOut.filter((each) => 'cluster' in each)).toEqual([]);
});
