import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelName, startIngest } from './ingest.fixture.ts';

const encoder = 'small-bert';
let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
  await service.addEncoder(encoder, 20);
});
afterAll(() => service[Symbol.asyncDispose]());

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const run = (rows: readonly object[], change: object = {}) =>
  service.run(lines(rows), { model: encoder, ...change });

/** What came of rows that are right: all of them trained on. */
async function prepared(rows: readonly object[], change: object = {}) {
  const job = await run(rows, change);
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, report, rows: stored, examples } = await service.dataset(job);
  const findings = report.findings.filter(({ line }) => line > 0);
  return {
    ...{ manifest, report, findings, task: job.settings?.task },
    rows: await stored(manifest.train),
    examples: await examples(manifest.train),
  };
}

/** The column of the one example. */
const column = (example: ShardExample | undefined, name: keyof ShardExample) => [
  ...(example?.[name] ?? []),
];

describe('tags of words', () => {
  const tagged = {
    tokens: ['ann', 'b', 'is', 'in', 'graz'],
    ner_tags: ['B-P', 'I-P', 'O', 'O', 'B-L'],
  };

  it('stand at the first token of each word', async () => {
    const { manifest, report, task, rows, examples } = await prepared([tagged]);
    expect(manifest).toMatchObject({ kind: 'tagged', train: { supervisedTokens: 5 } });
    expect(task).toEqual({
      type: 'token-classification',
      labels: ['O', 'B-L', 'I-L', 'B-P', 'I-P'],
    });
    expect(report.labels).toEqual([
      { label: 'L', train: 1, heldOut: 0 },
      { label: 'P', train: 1, heldOut: 0 },
    ]);
    expect(rows[0]).toMatchObject({ text: 'ann b is in graz', tags: tagged.ner_tags });
    // [CLS] a ##n ##n b i ##s i ##n g ##r ##a ##z [SEP]
    expect(column(examples[0], 'labels')).toEqual([
      ...[-1, 3, -1, -1, 4, 0, -1, 0, -1, 1, -1, -1, -1, -1],
    ]);
  });

  it('of a long text are in several windows, each once', async () => {
    const words = Array.from({ length: 12 }, () => 'abc');
    const row = { tokens: words, tags: words.map((_, at) => (at === 11 ? 'B-X' : 'O')) };
    const { manifest, rows, examples } = await prepared([row]);
    expect(rows).toMatchObject([{ examples: 2 }]);
    expect(examples.map(({ tokens }) => tokens.length)).toEqual([20, 20]);
    expect(manifest.train).toMatchObject({ rows: 1, supervisedTokens: 12 });
    expect(
      examples.flatMap((example) => column(example, 'labels')).filter((tag) => tag >= 0),
    ).toEqual([...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
  });

  it('come of spans, whose places count characters', async () => {
    const row = { text: '😀 ann b. is in graz', spans: [{ start: 2, end: 7, label: 'P' }] };
    const { rows, findings } = await prepared([row]);
    expect(rows[0]).toMatchObject({ tags: ['O', 'B-P', 'I-P', 'O', 'O', 'O', 'O'] });
    expect(findings).toEqual([]);
  });

  it('are taught to a decoder where the job says so', async () => {
    const refused = await run([tagged], { model: modelName });
    expect(refused.error?.message).toBe(
      "Line 1: the file has tagged rows, which cannot teach 'tiny': they are for an encoder, or for the task token-classification, which 'lathe.task' must name.",
    );
    const options = { task: { type: 'token-classification' } };
    const { task, examples } = await prepared([tagged], { model: modelName, options });
    expect(task).toMatchObject({ labels: ['O', 'B-L', 'I-L', 'B-P', 'I-P'] });
    expect(column(examples[0], 'labels').filter((label) => label >= 0)).toEqual([3, 4, 0, 0, 1]);
  });

  it('in a span that cuts a word are a finding', async () => {
    const { rows, findings } = await prepared([
      { text: 'ann is in graz', entities: [{ start: 0, end: 2, label: 'P' }] },
    ]);
    expect(rows[0]).toMatchObject({ tags: ['B-P', 'O', 'O', 'O'] });
    expect(findings).toMatchObject([
      { rule: 'span-in-word', message: expect.stringContaining('inside the word "ann"') as string },
    ]);
  });

  it('that do not fit their scheme are findings', async () => {
    const { findings } = await prepared([{ ...tagged, ner_tags: ['I-P', 'I-L', 'O', 'X', 'B-L'] }]);
    expect(findings.map(({ message }) => message)).toEqual([
      'ner_tags[0] is "I-P" at the beginning, where nothing of the type has begun',
      'ner_tags[1] is "I-L" after "I-P", where nothing of the type has begun',
      'ner_tags[3] is "X", unlike tags such as B-PER',
    ]);
  });

  it('may be numbers where the job names them', async () => {
    const row = { tokens: ['ann', 'is'], ner_tags: [1, 0] };
    const labels = ['O', 'B-P', 'I-P'];
    const task = { type: 'token-classification', labels } as const;
    expect((await prepared([row], { options: { task } })).rows[0]).toMatchObject({
      tags: ['B-P', 'O'],
    });
    const job = await run([row]);
    expect(job.error?.message).toBe(
      'Line 1: ner_tags[0] is the number 1: give lathe.task.labels in the order of the numbers.',
    );
  });

  const text = 'ann is in graz';
  it.each<[string, object, string]>([
    ['sameness', { tokens: ['a', 'b'], ner_tags: ['O', 'O'] }, 'every row has the label "O"'],
    ['count', { tokens: ['a', 'b'], ner_tags: ['O'] }, 'ner_tags has 1 tags for 2 words'],
    ['word', { tokens: ['a', ' '], ner_tags: ['O', 'O'] }, 'tokens[1] must not be empty'],
    ['type', { tokens: ['a'], ner_tags: [null] }, 'ner_tags[0] must be a string that is not empty'],
    [
      'end',
      { text, spans: [{ start: 10, end: 15, label: 'L' }] },
      'spans[0] goes to character 15 of 14, beyond the end of the text',
    ],
    [
      'overlap',
      {
        text,
        spans: [
          { start: 0, end: 6, label: 'P' },
          { start: 4, end: 9, label: 'L' },
        ],
      },
      'spans overlap at "ann is" and "is in"',
    ],
    ['blank', { text, spans: [{ start: 3, end: 4, label: 'P' }] }, 'spans mark " ", which holds'],
  ])('are refused for their %s', async (_, row, message) => {
    const job = await run([row, row]);
    expect(job.error?.message).toContain(message);
  });
});

describe('questions', () => {
  const context = '😀 ann is in graz';
  const answers = { text: ['graz'], answer_start: [12] };
  const row = { id: 'q1', question: 'who', context, answers };

  it('are windows over their context, with the tokens of the answer', async () => {
    const { manifest, task, rows, examples } = await prepared([row]);
    expect(task).toEqual({ type: 'question-answering' });
    expect(manifest).toMatchObject({ kind: 'question', train: { rows: 1, supervisedTokens: 1 } });
    expect(rows[0]).toMatchObject({ id: 'q1', answers: [{ text: 'graz', start: 13 }] });
    // [CLS] w ##h ##o [SEP] [UNK] a ##n ##n i ##s i ##n g ##r ##a ##z [SEP]
    expect(examples.map((example) => column(example, 'span'))).toEqual([[13, 16]]);
    expect(column(examples[0], 'types')).toEqual([...Array(5).fill(0), ...Array(13).fill(1)]);
  });

  it('without an answer, and windows without it, ask for the first token', async () => {
    const long = { ...row, context: `${context} and more and more`, id: 'q2' };
    const none = { ...row, question: 'why', answers: { text: [], answer_start: [] } };
    const { rows, examples } = await prepared([long, none]);
    expect(rows).toMatchObject([{ examples: 4 }, { answers: [] }]);
    const spans = examples.map((example) => column(example, 'span'));
    expect(spans.at(-1)).toEqual([0, 0]);
    expect(spans.slice(0, 4)).toContainEqual([0, 0]);
    expect(spans.slice(0, 4)).toContainEqual([13, 16]);
  });

  it.each<[string, object, string]>([
    [
      'elsewhere',
      { ...row, answers: { text: ['graz'], answer_start: [3] } },
      'answers.text[0] is not in the context at character 3: it is at character 12',
    ],
    [
      'nowhere',
      { ...row, answers: { text: ['wien'], answer_start: [3] } },
      'answers.text[0] is not in the context at character 3: the context does not hold it',
    ],
    [
      'without a place',
      { ...row, answers: { text: ['graz'], answer_start: [] } },
      'answers must have the lists "text" and "answer_start", of one length',
    ],
  ])('with an answer %s are refused', async (_, wrong, message) => {
    const job = await run([wrong]);
    expect(job.error?.message).toBe(`Line 1: ${message}.`);
  });

  it('belong to an encoder', async () => {
    const job = await run([row], { model: modelName });
    expect(job.error).toMatchObject({ code: 'unsupported_model', param: 'model' });
    expect(job.error?.message).toBe(
      "Line 1: the file has question rows, which cannot teach 'tiny': they are for an encoder.",
    );
  });
});

describe('texts beside each other', () => {
  it('are a group of examples each', async () => {
    const { manifest, task, rows, examples } = await prepared([
      { anchor: 'a', positive: 'b' },
      { query: 'c', positive: 'd', negatives: ['e', 'f'] },
    ]);
    expect(task).toMatchObject({ type: 'embedding', scale: 20, pooling: 'mean' });
    expect(manifest).toMatchObject({ kind: 'related', train: { rows: 2, supervisedTokens: 6 } });
    expect(rows).toMatchObject([{ examples: 2 }, { examples: 4, texts: ['c', 'd', 'e', 'f'] }]);
    expect(examples.map((example) => column(example, 'group'))).toEqual([
      ...[[0], [0], [1], [1], [1], [1]],
    ]);
  });

  it('have scores, or none', async () => {
    const scored = { sentence1: 'a', sentence2: 'b', score: 0.5 };
    const { examples } = await prepared([scored]);
    expect(examples.map((example) => column(example, 'target'))).toEqual([[0.5], [0.5]]);
    const mixed = await run([scored, scored, { anchor: 'a', positive: 'b' }]);
    expect(mixed.error?.message).toContain('Line 3: ');
  });

  it('have scores of any scale, which is told', async () => {
    const scored = (...scores: readonly number[]) =>
      scores.map((score, at) => ({ sentence1: `a ${at}`, sentence2: 'b', score }));
    const { examples, rows, report } = await prepared(scored(0, 1, 5));
    const targets = examples.flatMap((example) => column(example, 'target'));
    expect(targets.map((target) => target.toFixed(6))).toEqual(
      [0, 0, 0.2, 0.2, 1, 1].map((target) => target.toFixed(6)),
    );
    expect(rows).toMatchObject([{ score: 0 }, { score: 1 }, { score: 5 }]);
    expect(report.findings.filter(({ rule }) => rule === 'scores-scaled')).toMatchObject([
      {
        message: `Scores are taken to be from 0 to 5, and are taught as score / 5, from 0 to 1; 'lathe.data.score_range' says other ends`,
      },
    ]);
    const options = { data: { score_range: [0, 4] } };
    const said = await prepared(scored(1, 2), { options });
    expect(said.examples.flatMap((example) => column(example, 'target'))).toEqual([
      0.25, 0.25, 0.5, 0.5,
    ]);
    const beyond = await run(scored(1, 5), { options });
    expect(beyond.error?.message).toBe(
      "Line 2: score is 5, and 'lathe.data.score_range' says that scores are from 0 to 4.",
    );
  });

  it('are validated on the scale of the training file', async () => {
    const scored = (score: number) => ({ sentence1: `a ${score}`, sentence2: 'b', score });
    const validationFile = await service.upload(lines([2, 5, 4].map(scored)));
    const job = await run([1, 3].map(scored), { validationFile });
    expect(job.error).toMatchObject({ param: 'validation_file' });
    expect(job.error?.message).toContain(
      'Line 2: score is 5, and the scores of the training file are from 1 to 3',
    );
  });

  it('teach a decoder, too', async () => {
    const { task } = await prepared([{ anchor: 'a', positive: 'b' }], { model: modelName });
    expect(task).toMatchObject({ type: 'embedding' });
  });
});

describe('texts on an encoder', () => {
  it('are pieces of which all but the special tokens may be hidden', async () => {
    const { manifest, task, rows, examples } = await prepared([{ text: 'x'.repeat(30) }]);
    expect(task).toEqual({ type: 'masked-lm', maskedShare: 0.15 });
    expect(manifest).toMatchObject({ kind: 'text', train: { supervisedTokens: 30 } });
    expect(rows).toMatchObject([{ part: 0 }, { part: 1, text: '' }]);
    expect(examples.map(({ tokens }) => tokens.length)).toEqual([20, 14]);
    expect(column(examples[1], 'supervised')).toEqual([0, ...Array(12).fill(1), 0]);
  });
});

describe('rewards', () => {
  const said = (role: string, content: string) => [{ role, content }];
  const pair = {
    input: { messages: said('user', 'hi') },
    preferred_output: said('assistant', 'yes'),
    non_preferred_output: said('assistant', 'no'),
  };

  it('are pairs, read by an encoder as two texts', async () => {
    const { manifest, task, examples } = await prepared([pair]);
    expect(task).toEqual({ type: 'reward', centerCoefficient: 0 });
    expect(manifest).toMatchObject({ kind: 'preference', train: { supervisedTokens: 2 } });
    // [CLS] h ##i [SEP] y ##e ##s [SEP]
    expect(column(examples[0], 'types')).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(examples.map(({ tokens }) => tokens.length)).toEqual([8, 7]);
  });

  it("take TRL's pairs, and a decoder's chat template", async () => {
    const options = { task: { type: 'reward' } } as const;
    const trl = { prompt: 'hi', chosen: 'yes', rejected: 'no' };
    const asChats = await prepared([pair], { model: modelName, options });
    const asTexts = await prepared([trl], { model: modelName, options });
    expect(asTexts.examples).toEqual(asChats.examples);
    expect(asTexts.rows).toEqual(asChats.rows);
  });

  it('are scores of texts', async () => {
    const task = { type: 'reward' } as const;
    const { examples, task: resolved } = await prepared([{ text: 'a', score: 3 }], {
      options: { task },
    });
    expect(resolved).toMatchObject({ type: 'reward' });
    expect(column(examples[0], 'target')).toEqual([3]);
  });
});

it("takes TRL's pairs for the method dpo", async () => {
  const trl = { prompt: 'hi', chosen: 'yes', rejected: 'no' };
  const { manifest } = await prepared([trl], { model: modelName, method: 'dpo' });
  expect(manifest).toMatchObject({ kind: 'preference' });
  const same = await run([{ ...trl, rejected: 'yes' }], { model: modelName, method: 'dpo' });
  expect(same.error?.message).toBe(
    'Line 1: chosen and rejected say the same, so neither can be preferred.',
  );
});
