import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelName, startIngest } from './ingest.fixture.ts';

const encoder = 'small-bert';
let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
  await service.addEncoder(encoder, 32);
});
afterAll(() => service[Symbol.asyncDispose]());

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const run = (rows: readonly object[], change: object = {}) =>
  service.run(lines(rows), { model: encoder, ...change });
const words = ['ham', 'spam', 'eggs'];
const letter = (at: number) => String.fromCharCode(97 + at);
const rows = Array.from({ length: 20 }, (_, at) => ({
  text: `buy ${letter(at)}`,
  label: words[at % 2],
}));

/** `[CLS] buy a [SEP]` by characters: each has two tokens after the five special ones. */
const buy = (at: number): number[] => {
  const token = (character: string, isInside: boolean) =>
    5 + 2 * (character.charCodeAt(0) - 97) + (isInside ? 1 : 0);
  return [2, token('b', false), token('u', true), token('y', true), token(letter(at), false), 3];
};

describe('labels of texts', () => {
  it('that stand for none in tables are named, with how many rows have them, and empty ones are wrong rows', async () => {
    const cells = ['ham', 'spam', 'NA', 'spam', 'ham', '-', 'NA', ''];
    const table = Array.from(
      { length: 40 },
      (_, at) => `buy ${letter(at % 26)}${at},${cells[at % 8]}`,
    );
    const data = { wrong_rows_share: 0.2 };
    const job = await service.run(`text,label\n${table.join('\n')}\n`, {
      model: encoder,
      options: { data },
    });
    expect(job).toMatchObject({ state: 'queued', error: null });
    const { report } = await service.dataset(job);
    const placeholders = report.findings.filter(({ rule }) => rule === 'placeholder-label');
    expect(placeholders.map(({ line, message }) => [line, message])).toEqual([
      [
        4,
        'the label "NA", which often stands for no label, is taught as one by 10 rows; leave them out if it is none',
      ],
      [
        7,
        'the label "-", which often stands for no label, is taught as one by 5 rows; leave them out if it is none',
      ],
    ]);
    expect(report.reasons).toContainEqual({ rule: 'empty', level: 'warn', count: 5 });
  });

  it('are numbered in their order, in the shards and in the task', async () => {
    const job = await run(rows);
    expect(job).toMatchObject({ state: 'queued', error: null });
    const task = { type: 'classification', problem: 'single-label', labels: ['ham', 'spam'] };
    expect(job.settings?.task).toEqual(task);
    const told = (await service.events(job.id)).find(({ name }) => name === 'validated');
    expect(told).toMatchObject({
      message: expect.stringMatching(
        /^The files are valid for the task classification: 16 rows/,
      ) as string,
      data: { task },
    });
    const { manifest, report, rows: stored, examples } = await service.dataset(job);
    expect(manifest).toMatchObject({ kind: 'labelled', task, templateSha256: null });
    expect([manifest.train.rows, manifest.train.supervisedTokens]).toEqual([16, 16]);
    expect([manifest.heldOut.rows, manifest.heldOut.supervisedTokens]).toEqual([4, 4]);
    // Each label is on both sides.
    expect(report.labels).toEqual([
      { label: 'ham', train: 8, heldOut: 2 },
      { label: 'spam', train: 8, heldOut: 2 },
    ]);
    const trained = await stored(manifest.train);
    for (const [index, example] of (await examples(manifest.train)).entries()) {
      const at = (trained[index]?.line ?? 0) - 1;
      expect([...example.tokens]).toEqual(buy(at));
      expect([...(example.types ?? [])]).toEqual(buy(at).map(() => 0));
      expect([...(example.target ?? [])]).toEqual([at % 2]);
    }
  });

  it('of pairs of texts are read with the types of both', async () => {
    const pairs = rows.map(({ text, label }) => ({ sentence1: text, sentence2: 'a', label }));
    const { manifest, examples } = await service.dataset(await run(pairs));
    const [first] = await examples(manifest.train);
    expect([...(first?.types ?? [])]).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  });

  it('keep the order that the job gives them', async () => {
    const labels = ['spam', 'eggs', 'ham'];
    const job = await run(rows, { options: { task: { type: 'classification', labels } } });
    const { manifest, rows: stored, examples } = await service.dataset(job);
    expect(manifest.task).toMatchObject({ labels });
    const [row] = await stored(manifest.train);
    const [example] = await examples(manifest.train);
    expect([...(example?.target ?? [])]).toEqual([((row?.line ?? 0) - 1) % 2 === 0 ? 2 : 0]);
  });

  it('that are several become a flag for each', async () => {
    const several = rows.map(({ text }, at) => ({ text, labels: words.slice(0, at % 4) }));
    const job = await run(several, { options: { held_out_share: 0 } });
    const { manifest, examples } = await service.dataset(job);
    expect(manifest.task).toMatchObject({
      problem: 'multi-label',
      labels: ['eggs', 'ham', 'spam'],
    });
    const targets = (await examples(manifest.train)).slice(0, 4).map(({ target }) => target);
    expect(targets.map((target) => [...(target ?? [])])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
      [1, 1, 1],
    ]);
  });

  it('with a fraction are numbers, whole ones are classes', async () => {
    const numbers = rows.map(({ text }, at) => ({ text, label: at / 4 }));
    const regression = await service.dataset(
      await run(numbers, { options: { held_out_share: 0 } }),
    );
    expect(regression.manifest.task).toEqual({
      ...{ type: 'classification', problem: 'regression', labels: ['LABEL_0'] },
    });
    const targets = (await regression.examples(regression.manifest.train)).map(
      ({ target }) => target?.[0],
    );
    expect(targets).toEqual(numbers.map(({ label }) => label));
    const whole = rows.map(({ text }, at) => ({ text, label: at % 2 === 0 ? 2 : 10 }));
    const classes = await run(whole);
    expect(classes.settings?.task).toMatchObject({ problem: 'single-label', labels: ['2', '10'] });
    const problem = { type: 'classification', problem: 'regression' } as const;
    const asked = await run(whole, { options: { task: problem } });
    expect(asked.settings?.task).toMatchObject({ problem: 'regression' });
  });

  it.each<[string, object, string]>([
    ['no label', { text: 'a' }, 'Line 2: "label" is missing.'],
    ['no text', { label: 'ham' }, 'Line 2: "text" is missing, or "sentence1" and "sentence2".'],
    ['an empty text', { text: '', label: 'ham' }, 'Line 2: text must not be empty.'],
    ['an empty label', { text: 'a', label: '' }, 'Line 2: label must not be empty.'],
    ['another type', { text: 'a', label: {} }, 'Line 2: label must be a string, not a object.'],
    ['a fraction', { text: 'a', label: 0.5 }, 'Line 2: label is 0.5, and the labels of the first'],
  ])('are named by their line: %s', async (_, wrong, message) => {
    const job = await run([rows[0] as object, wrong, ...rows.slice(1)]);
    expect(job.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
    expect(job.error?.message).toContain(message);
  });

  it('that the task does not have are refused', async () => {
    const task = { type: 'classification', labels: ['ham', 'eggs'] } as const;
    const job = await run(rows, { options: { task } });
    expect(job.error?.message).toContain(
      'Line 2: label is "spam", which is none of the 2 labels of the task.',
    );
  });

  it('of one class alone are refused', async () => {
    const job = await run(rows.map(({ text }) => ({ text, label: 'ham' })));
    expect(job.error?.message).toBe(
      'every row has the label "ham", so there is nothing to tell apart.',
    );
  });

  it('that no row has are refused when there is none, and else a finding', async () => {
    const none = await run(rows.map(({ text }) => ({ text, labels: [] })));
    expect(none.error?.message).toBe('no row has any label.');
    const task = { type: 'classification', labels: ['ham', 'spam', 'eggs'] } as const;
    const { report } = await service.dataset(await run(rows, { options: { task } }));
    expect(report.findings).toMatchObject([
      { rule: 'unused-label', message: 'no row has the label "eggs", so it is never taught' },
    ]);
  });

  it('that only the validation file has are refused', async () => {
    const validation = [rows[0], { text: 'new', label: 'eggs' }] as object[];
    const validationFile = await service.upload(lines(validation));
    const job = await run(rows, { validationFile });
    expect(job.error).toMatchObject({
      param: 'validation_file',
      message: 'Line 2: the label "eggs" is in the validation file only, so it is never taught.',
    });
  });

  it('that contradict each other are findings', async () => {
    const job = await run([...rows, { text: 'buy a', label: 'spam' }]);
    const { report } = await service.dataset(job);
    expect(report.findings).toContainEqual({
      ...{ file: 'training_file', line: 21, path: 'label', rule: 'contradiction', level: 'warn' },
      message: 'the text is that of line 1, with another label',
    });
  });

  it('of texts that are too long are refused, and nothing is cut', async () => {
    const job = await run([...rows, { text: 'x'.repeat(40), label: 'ham' }]);
    expect(job.error?.message).toBe('Line 21: the row has 42 tokens; at most 32 fit.');
  });
});

describe('the base model', () => {
  it('that writes is taught labels as answers of a chat', async () => {
    const job = await run(rows, { model: modelName });
    const { manifest, report, rows: stored } = await service.dataset(job);
    expect(manifest).toMatchObject({ kind: 'chat' });
    expect(manifest).not.toHaveProperty('task');
    const message =
      'The model will write the labels, each as the answer in a chat; for a classifier with scores of the labels give the task classification';
    const finding = { rule: 'labels-as-answers', level: 'warn', message };
    expect(report.findings).toContainEqual(expect.objectContaining(finding));
    const told = (await service.events(job.id)).filter(({ level }) => level === 'warn');
    expect(told.map((event) => event.message)).toContainEqual(expect.stringContaining(message));
    const task = { type: 'generation' } as const;
    const asked = await service.dataset(await run(rows, { model: modelName, options: { task } }));
    expect(asked.manifest.kind).toBe('chat');
    expect(asked.report.findings.map(({ rule }) => rule)).not.toContain('labels-as-answers');
    expect((await stored(manifest.train))[0]).toMatchObject({
      kind: 'chat',
      messages: [{ role: 'user' }, { role: 'assistant' }],
    });
  });

  it('that writes is a classifier where the job says so', async () => {
    const task = { type: 'classification' } as const;
    const job = await run(rows, { model: modelName, options: { task } });
    const { manifest, examples } = await service.dataset(job);
    expect(manifest).toMatchObject({ kind: 'labelled', task: { labels: ['ham', 'spam'] } });
    const [first] = await examples(manifest.train);
    expect(first).not.toHaveProperty('types');
  });

  it('has no head to train alone where the rows teach it something else', async () => {
    const related = [{ anchor: 'a', positive: 'b' }];
    const job = await run(related, { options: { adaptation: { type: 'head' } } });
    expect(job.error).toMatchObject({ code: 'invalid_value', param: 'lathe.adaptation.type' });
    expect(job.error?.message).toBe(
      "Line 1: the file has related rows, which teach 'small-bert' the task embedding, and that has no head of its own to train alone.",
    );
  });

  it('that reads cannot be taught to chat', async () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ];
    const job = await run([{ messages }]);
    expect(job.error).toMatchObject({ code: 'unsupported_model', param: 'model' });
    expect(job.error?.message).toContain(
      "Line 1: the file has chat rows, which cannot teach 'small-bert': an encoder writes nothing; it learns from",
    );
    const task = { type: 'classification' } as const;
    const asked = await run([{ messages }], { options: { task } });
    expect(asked.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
    expect(asked.error?.message).toContain(
      'Line 1: the file has chat rows, and the task classification wants lines of {"text": "…", "label": "…"}',
    );
  });
});
