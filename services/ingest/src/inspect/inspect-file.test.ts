/** An inspection says what the job does, on the same files. */
import { inspectionReportSchema } from '@lathe/contracts/artifact/inspection';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { tinyToolTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLine, chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';
import { type Asked, inspectingOf } from './inspecting.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest({ progressMs: 5 });
  await service.addEncoder('wide', 64);
  await service.addModel('with-tools', tinyToolTemplate);
});
afterAll(() => service[Symbol.asyncDispose]());

const { inspect, reportOn } = inspectingOf(() => service);

async function jobOn(file: string, { options = {} }: Asked = {}) {
  const job = await service.create(file, { options });
  await service.queue(job);
  return service.ended(job.id);
}

const labelled = (count: number): string =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ text: `text ${i} of them`, label: i % 3 === 0 ? 'yes' : 'no' }),
  ).join('\n');

it.each([
  ['chats', chatLines(40), {}],
  [
    'chats with one that repeats and one with another answer',
    `${chatLines(20)}${chatLine('Where is my parcel, aa?', 'queue-0')}\n${chatLine('Where is my parcel, aa?', 'nowhere')}\n`,
    {},
  ],
  [
    'a few rows that are too long',
    `${chatLines(150)}${chatLine('Why?', 'x'.repeat(400))}\n`,
    { max_tokens: 128 },
  ],
  ['labels to write', labelled(30), { held_out_share: 0 }],
])('of %s: the report is the job’s own', async (_, text, options) => {
  const file = await service.upload(text);
  const report = await reportOn(file, { options });
  expect(report).toMatchObject({ refusal: null, model: modelName });
  const job = await jobOn(file, { options });
  expect(job.error).toBeNull();
  expect(report.dataset).toEqual((await service.dataset(job)).report);
});

it.each([
  ['wrong lines', `${chatLines(12)}{"messages":[]}\n{\n`, {}],
  [
    'many rows that are too long',
    `${chatLines(5)}${chatLine('Why?', 'x'.repeat(400))}\n`,
    { max_tokens: 64 },
  ],
  ['a room that the model has not', chatLines(12), { max_tokens: 100_000 }],
  ['nothing held out for early stopping', chatLines(4), { early_stopping: { every_steps: 1 } }],
])(
  'of %s: it refuses in the words of the job, and shows what is right',
  async (_, text, options) => {
    const file = await service.upload(text);
    const report = await reportOn(file, { options });
    const job = await jobOn(file, { options });
    expect(job.state).toBe('failed');
    expect(report.refusal).toEqual(job.error);
    if (report.dataset === null) expect(job.error?.param).toBe('lathe.max_tokens');
    else expect(report.dataset.insight?.shown.length).toBeGreaterThan(0);
  },
);

const prompts = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      messages: [{ role: 'user', content: `What is ${'abcdefghijklmnopqrst'[at]}?` }],
      answer: 'a',
    }),
  ).join('\n');

it('takes chats that nobody answers for prompts to learn from rewards, unless a method is named', async () => {
  const file = await service.upload(prompts(20));
  expect(await reportOn(file)).toMatchObject({
    ...{ refusal: null, task: { type: 'generation' }, method: 'reinforcement' },
    ...{ dataset: { findings: [] }, plan: { examples: expect.any(Number) } },
  });
  const supervised = await reportOn(file, { more: { method: 'supervised' } });
  expect(supervised.refusal?.message).toContain('at least one assistant message');
  const chats = await service.upload(chatLines(20));
  expect((await reportOn(chats)).method).toBe('supervised');
  const same = { type: 'string_check', name: 'same', operation: 'eq' } as const;
  const grader = { ...same, input: '{{ sample.output_text }}', reference: '{{ item.label }}' };
  const named = await reportOn(file, { more: { method: 'reinforcement', grader } });
  expect(named.refusal?.message).toMatch(/^Line 1: .*"label" is missing, which the grader names/);
});

it('takes pairs of answers and judged ones for the method dpo, where none is named', async () => {
  const rows = (row: (word: string) => object) =>
    [...'abcdefghijkl'].map((word) => JSON.stringify(row(word))).join('\n');
  const pairs = rows((word) => ({ prompt: word, chosen: `${word} yes`, rejected: `${word} no` }));
  const judged = rows((word) => ({ prompt: word, completion: `${word} so`, label: word < 'g' }));
  for (const [text, format] of [
    [pairs, 'preference'],
    [judged, 'kto'],
  ] as const) {
    const report = await reportOn(await service.upload(text));
    expect(report).toMatchObject({ refusal: null, method: 'dpo', model: modelName });
    expect(report.dataset?.formats).toMatchObject([{ format }]);
  }
  const named = await reportOn(await service.upload(pairs), { more: { method: 'supervised' } });
  expect(named.refusal?.message).toContain('They are for the method dpo');
});

it('shows lengths, what cutting loses, other answers, and which tokens are taught', async () => {
  const long = chatLine('Why?', 'x'.repeat(400));
  const again = chatLine('Where is my parcel, aa?', 'nowhere');
  const file = await service.upload(`${chatLines(150)}${again}\n${long}\n`);
  const { dataset } = await reportOn(file, { options: { max_tokens: 256 } });
  const { insight, tokens } = dataset ?? {};
  expect(insight).toMatchObject({ limit: 256 });
  expect(dataset?.cleaning?.conflicts).toBe(1);
  expect(insight?.sequences).toMatchObject({ max: tokens?.max, total: tokens?.total });
  expect(insight?.taught?.total).toBe(tokens?.supervised);
  expect((insight?.taught?.total ?? 0) + (insight?.asked?.total ?? 0)).toBe(tokens?.total);
  const bars = insight?.sequences.bars ?? [];
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(151);
  // A question and an answer a row, of which the template makes more tokens.
  expect(insight?.roles?.of).toMatchObject([
    { role: 'user', messages: 151 },
    { role: 'assistant', messages: 151 },
  ]);
  const said = insight?.roles?.of.reduce((sum, { lengths }) => sum + lengths.total, 0) ?? 0;
  expect(said).toBeLessThan(tokens?.total ?? 0);
  // The long row is counted, though it is left out, and all of it that is lost is taught.
  const at = insight?.truncation.find((each) => each.at === 256);
  expect(at?.rows).toBe(1);
  expect(at?.tokens).toBeGreaterThan(100);
  expect(at?.taught).toBe(at?.tokens);
  expect(insight?.truncation.at(-1)).toMatchObject({ rows: 0, tokens: 0, taught: 0 });
  expect(insight?.shown.map(({ which }) => which)).toEqual([
    ...['first', 'middle', 'longest', 'left_out'],
  ]);
  const [first] = insight?.shown ?? [];
  const texts = first?.sequences[0]?.tokens ?? [];
  expect(texts.map((token) => token?.text).join('')).toContain('Where is my parcel, aa?');
  const taught = texts.filter((token) => token?.taught).map((token) => token?.text);
  expect(taught.join('')).toMatch(/^queue-0/);
  const leftOut = insight?.shown.at(-1);
  expect(leftOut).toMatchObject({ line: 152, sequences: [{ cut: leftOut?.sequences[0]?.length }] });
});

it('marks the tokens that the length policy drops, in the first row that it cuts and the first that it leaves out', async () => {
  const answer = 'y'.repeat(400);
  const rows = `${chatLines(20)}${chatLine('q'.repeat(400), 'x')}\n${chatLine('Why?', answer)}\n`;
  const file = await service.upload(`${rows}${chatLine('How?', answer)}\n`);
  const options = { max_tokens: 256, data: { too_long: 'truncate_end' } } as const;
  const { dataset } = await reportOn(file, { options });
  const [cut, leftOut, ...others] = dataset?.insight?.shown.slice(3) ?? [];
  expect(others).toEqual([]);
  expect([cut, leftOut]).toMatchObject([
    { which: 'cut', line: 22, more: 0 },
    { which: 'left_out', line: 21, more: 0 },
  ]);
  const { tokens = [], length = 0, cut: count } = cut?.sequences[0] ?? {};
  expect(count).toBe(length - 256);
  expect(tokens.slice(256).every((token) => token?.cut)).toBe(true);
  expect(tokens.slice(0, 256).some((token) => token?.cut)).toBe(false);
  expect(tokens.filter((token) => token?.cut && token.taught).length).toBeGreaterThan(100);
});

it('says with what tokens were counted, and how well that suits the texts', async () => {
  const rows = chatLines(20);
  const file = await service.upload(rows);
  const { dataset } = await reportOn(file);
  const job = await jobOn(file);
  const { manifest, report } = await service.dataset(job);
  expect(dataset?.insight?.encoding).toEqual(report.insight?.encoding);
  const texts = rows
    .trim()
    .split('\n')
    .flatMap((row) => (JSON.parse(row) as { messages: { content: string }[] }).messages)
    .map(({ content }) => content);
  expect(report.insight?.encoding).toMatchObject({
    ...{ model: modelName, family: 'byte_level_bpe', tokenizerSha256: manifest.tokenizerSha256 },
    template: { found: true, used: true },
    sample: { rows: 20, letters: texts.join('').length, bytes: texts.join('').length, unknown: 0 },
  });
  const said = report.insight?.roles?.of.reduce((sum, { lengths }) => sum + lengths.total, 0);
  expect(report.insight?.encoding?.sample.tokens).toBe(said);
  // A text that no template is for, in words that the encoder does not know.
  const unknown = JSON.stringify({ text: 'a \u4e2d\u{1f980}', label: 'x' });
  const known = JSON.stringify({ text: 'a a', label: 'y' });
  const labels = await service.upload(`${`${unknown}\n${known}\n`.repeat(6)}`);
  const { dataset: read } = await reportOn(labels, { model: 'wide' });
  expect(read?.insight?.encoding).toMatchObject({
    ...{ model: 'wide', family: 'wordpiece', template: { found: false, used: false } },
    sample: { letters: 6 * 7, bytes: 6 * 12, byteTokens: 0 },
  });
  expect(read?.insight?.encoding?.sample.unknown).toBeGreaterThan(5);
});

it('without a model it takes one that learns from such rows, and says where none does', async () => {
  const tagged = JSON.stringify({ tokens: ['Anna', 'sings'], ner_tags: ['B-PER', 'O'] });
  const report = await reportOn(await service.upload(`${tagged}\n`.repeat(12)), { model: null });
  expect(report).toMatchObject({ model: 'wide', task: { type: 'token-classification' } });
  const chats = await reportOn(await service.upload(chatLines(12)), { model: null });
  expect(chats).toMatchObject({ model: modelName, task: { type: 'generation' } });
  // Labels are learnt by one that tells labels, before one that writes them, where it can read them.
  const labels = await reportOn(await service.upload(labelled(24)), { model: null });
  expect(labels).toMatchObject({ model: 'wide', task: { type: 'classification' }, refusal: null });
  const text = 'the '.repeat(70);
  const long = Array.from({ length: 24 }, (_, at) => JSON.stringify({ text, label: `${at % 2}` }));
  const written = await reportOn(await service.upload(long.join('\n')), { model: null });
  expect(written).toMatchObject({ model: modelName, task: { type: 'generation' }, refusal: null });
  const stepwise = JSON.stringify({ prompt: 'a', completions: ['b'], labels: [true] });
  const none = await reportOn(await service.upload(`${stepwise}\n`.repeat(12)), { model: null });
  expect(none.refusal?.message).toContain('stepwise rows');
});

it('keeps the rows that are right, each once, as a file that a job takes', async () => {
  const again = chatLines(1);
  const file = await service.upload(`${chatLines(12)}{"messages":[]}\n${again}{\n`);
  const { result } = await inspect(file);
  const { objects } = result ?? expect.fail('no result');
  const key = objects['report.json']?.key ?? '';
  const report = await readJson(service.artifacts, key, inspectionReportSchema);
  expect(report.refusal?.code).toBe('invalid_file_format');
  expect(report.repaired).toEqual({ rows: 12, repeated: 1, mended: 0 });
  const repaired = service.artifacts.get(objects['repaired.jsonl']?.key ?? '');
  const text = Buffer.concat(await Array.fromAsync(repaired)).toString();
  expect(text).toBe(chatLines(12));
  expect((await jobOn(await service.upload(text))).error).toBeNull();
  const nothing = await inspect(await service.upload('{"messages":[]}\n'));
  expect(Object.keys(nothing.result?.objects ?? {})).toEqual(['report.json']);
});

it('ends in an error where the file is gone', async () => {
  expect(await inspect('file-00000000')).toMatchObject({
    state: 'failed',
    error: { code: 'not_found', message: 'The file file-00000000 was deleted.' },
  });
});

it('reads several files together as a job does: questions with the answers of another file', async () => {
  const ask = (id: string) => ({
    id,
    question: [[{ role: 'user', content: `Weather in ${id}?` }]],
    function: [{ name: 'weather', parameters: { type: 'dict', properties: {} } }],
  });
  const answer = (id: string) => ({ id, ground_truth: [{ weather: { place: [id, ''] } }] });
  const places = ['graz', 'linz', 'wels'];
  const linesOf = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  const file = await service.upload(linesOf(places.map(ask)), 'calls.json');
  const answers = linesOf([...places, 'nowhere'].map(answer));
  const options = { data: { more_files: [await service.upload(answers, 'calls.json')] } };
  const report = await reportOn(file, { model: 'with-tools', options });
  expect(report.dataset?.formats).toMatchObject([{ format: 'bfcl', confidence: 1 }]);
  expect(report.dataset?.rows).toMatchObject({ read: 3, rejected: 0 });
  expect(report.dataset?.reasons).toContainEqual({
    ...{ rule: 'answer-left-out', level: 'warn', count: 1 },
  });
});

it('tells what there is to choose from where it is not sure what the columns are', async () => {
  const rows = Array.from({ length: 12 }, (_, at) => `what ${at} is,it is ${at},${at % 3}`);
  const file = await service.upload(`frage,antwort,stufe\n${rows.join('\n')}\n`, 'fragen.csv');
  const report = await reportOn(file);
  expect(report.refusal?.code).toBe('invalid_file_format');
  expect(report.unsure).toMatchObject({ columns: ['frage', 'antwort', 'stufe'] });
  const columns = { question: 'frage', answer: 'antwort' };
  const said = await reportOn(file, { options: { data: { format: 'question-answer', columns } } });
  expect(said).toMatchObject({ refusal: null, dataset: { rows: { kept: 12 } } });
  expect(said).not.toHaveProperty('unsure');
  const mistaken = { question: 'Frage', answer: 'antwort' };
  const wrong = await reportOn(file, { options: { data: { columns: mistaken } } });
  expect(wrong.refusal?.message).toContain('has no column "Frage"');
  expect(wrong.unsure?.columns).toEqual(['frage', 'antwort', 'stufe']);
});
