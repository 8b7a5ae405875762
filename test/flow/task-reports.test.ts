/** Jobs of models that say something about texts: each report has the metrics and the baselines of its task. */
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { beforeAll, expect, test } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let platform: SharedPlatform;
beforeAll(async () => {
  platform = await joinPlatform();
});

/** The report of a job that teaches a small encoder these rows. */
async function reportOf(
  model: string,
  task: string,
  rows: readonly object[],
): Promise<EvaluationReport> {
  const { client } = platform;
  const { id } = await client.fineTuning.jobs.create({
    model,
    training_file: await platform.upload(rows.map((row) => JSON.stringify(row))),
    hyperparameters: { n_epochs: 1, batch_size: 8 },
    ...{ lathe: { task: { type: task }, held_out_share: 0.3, max_tokens: 128 } },
  });
  for (;;) {
    const { status, error } = await client.fineTuning.jobs.retrieve(id);
    if (status === 'succeeded') break;
    if (status === 'failed') expect.fail(error?.message);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return evaluationReportSchema.parse(await client.get(`/lathe/jobs/${id}/report`));
}

const names = ({ contestants }: EvaluationReport) => contestants.map(({ name }) => name);
const metrics = ({ contestants }: EvaluationReport) => Object.keys(contestants[0]?.metrics ?? {});

const things = ['card', 'soup', 'train', 'phone', 'river', 'lamp', 'cat', 'song', 'door', 'coat'];
const texts = things.flatMap((thing) => [
  `a good ${thing}`,
  `a bad ${thing}`,
  `the ${thing} is good`,
  `the ${thing} is bad`,
]);
const labelOf = (text: string) => (text.includes('good') ? 'good' : 'bad');

test('classification has its matrix, and loses to words in its first sentence', async () => {
  const rows = texts.map((text) => ({ text, label: labelOf(text) }));
  const report = await reportOf('bert-words', 'classification', rows);
  expect(report).toMatchObject({
    version: 2,
    task: 'classification',
    rows: expect.any(Number),
    headline: 'accuracy',
  });
  expect(names(report)).toEqual(['tuned', 'majority', 'tf-idf', 'nearest vectors', 'vectors']);
  expect(metrics(report)).toEqual([
    'accuracy',
    'macro F1',
    'weighted F1',
    'MCC',
    'ECE',
    'Brier',
    'log loss',
  ]);
  expect(report.contestants[2]?.metrics.accuracy?.value).toBe(1);
  expect(report.verdict).toContain('tf-idf, the best way without tuning: accuracy');
  expect(report.outcome).toBe("don't fine-tune");
  expect(report.labels?.matrix?.names).toEqual(['bad', 'good']);
  expect(report.samples[0]?.expected).toMatch(/good|bad/);
});

test('tags are scored as spans', async () => {
  const rows = texts.map((text) => {
    const tokens = text.split(' ');
    return { tokens, tags: tokens.map((token) => (things.includes(token) ? 'B-THING' : 'O')) };
  });
  const report = await reportOf('bert-words', 'token-classification', rows);
  expect(names(report)).toEqual(['tuned', 'word tags']);
  expect(metrics(report)).toEqual(['span F1', 'span F1, strict', 'accuracy of tags']);
  expect(report.labels?.perLabel.at(0)?.label).toBe('THING');
});

test('answers are scored as SQuAD does', async () => {
  const rows = things.map((thing, at) => {
    const context = `the ${thing} is red and the lamp is blue`;
    return {
      id: String(at),
      context,
      question: `what is the ${thing}`,
      answers: { text: ['red'], answer_start: [context.indexOf('red')] },
    };
  });
  const report = await reportOf('bert-words', 'question-answering', rows);
  expect(names(report)).toEqual(['tuned', 'best sentence']);
  expect(metrics(report)).toEqual(['exact match', 'F1']);
  for (const { answers, prompt } of report.samples) {
    expect(prompt).toMatch(/^what is the/);
    expect(answers.tuned).not.toBe('');
  }
});

test('masked words are scored by their loss, beside the model as it was', async () => {
  const report = await reportOf(
    'bert-words',
    'masked-lm',
    texts.map((text) => ({ text })),
  );
  expect(names(report)).toEqual(['base', 'tuned']);
  expect(metrics(report)).toEqual(['loss', 'pseudo-perplexity']);
});

test('rewards are scored by pairs', async () => {
  const rows = things.map((thing) => ({
    prompt: `how is the ${thing}`,
    chosen: `the ${thing} is good`,
    rejected: `the ${thing} is bad`,
  }));
  const report = await reportOf('bert-words', 'reward', rows);
  expect(names(report)).toEqual(['tuned', 'longer answer']);
  expect(metrics(report)).toEqual(['pair accuracy', 'margin']);
});
