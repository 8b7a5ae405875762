import { fileKey } from '@lathe/contracts/artifact/key';
import { processedFile } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import { completionBody, startModelServer } from '@lathe/testkit/model-server';
import { afterAll, describe, expect, it } from 'vitest';
import { dataset } from './evaluated-jobs.fixture.ts';
import { oneEvaluator } from './one-evaluator.fixture.ts';

/** A server with one model, which knows but one answer. */
const server = await startModelServer(({ json }) => {
  const { model } = json as { model: string };
  if (model !== 'big') return { status: 404, body: '{}' };
  const usage = { prompt_tokens: 10, completion_tokens: 2 };
  return { status: 200, body: completionBody({ content: ' red\n' }, usage) };
});
afterAll(() => server[Symbol.asyncDispose]());
const one = oneEvaluator({ engineRetryMs: 10 }, { LATHE_MODEL_SERVERS: server.url });

/** Stores a file of documents as a gateway does. */
async function upload(id: string, lines: readonly string[]): Promise<void> {
  const { artifacts, files } = one.service;
  const key = fileKey('default', id);
  const stored = await artifacts.put(key, Buffer.from(lines.join('\n')));
  const about = {
    id,
    project: 'default',
    filename: 'documents.jsonl',
    purpose: 'user_data',
  } as const;
  await files.put(recordKey('default', id), processedFile({ ...about, key, ...stored }, 0));
}

describe('what a job names to compare with', () => {
  it('asks other models that the job names, and notes those that are gone', async () => {
    const other = await one.service.addTuned('adapter', 9);
    const contestants = ['tiny', other, 'ft:tiny:default::gone'].map((model) => ({ model }));
    const job = await one.service.trained(dataset, { options: { contestants } });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    const of = (name: string) => report.contestants.find((each) => each.name === name);
    for (const name of ['tiny', other]) {
      const found = of(`model ${name}`);
      expect(found).toMatchObject({ model: name, loss: null, exactMatch: { total: 12 } });
      expect(found?.usage).toMatchObject({ answers: 12, milliseconds: expect.any(Number) });
    }
    // The same model asked in the same words.
    expect(of('model tiny')?.metrics).toEqual(of('base')?.metrics);
    expect(report.comparisons.map(({ against }) => against)).toContain(`model ${other}`);
    expect(report.notes).toEqual([
      expect.stringContaining('the model tiny: exact match'),
      expect.stringContaining(`the model ${other}: exact match`),
      "The model ft:tiny:default::gone took no part: The model 'ft:tiny:default::gone' does not exist.",
    ]);
  });

  it('asks models behind a server that the operator allows, and notes why another takes no part', async () => {
    const contestants = [
      { model: 'big', url: server.url },
      { model: 'unknown', url: server.url },
      { model: 'big', url: 'http://127.0.0.1:1/v1' },
    ];
    const options = { contestants, few_shot_examples: 0, forgetting_questions: 0 };
    const job = await one.service.trained(dataset, { options });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    const name = `model big at ${server.url}`;
    const found = report.contestants.filter((each) => each.name.startsWith('model '));
    expect(found).toMatchObject([
      {
        ...{ name, model: 'big', loss: null, exactMatch: { correct: 4, total: 12 } },
        usage: { answers: 12, promptTokens: 120, answerTokens: 24, atOnce: 4 },
      },
    ]);
    expect(report.comparisons.map(({ against }) => against)).toContain(name);
    expect(report.notes).toEqual([
      expect.stringContaining(`the ${name}: exact match`),
      expect.stringContaining('The model big at http://127.0.0.1:1/v1 took no part: '),
      expect.stringMatching(/^The model unknown at \S+ took no part: line 10\d could not be asked/),
    ]);
    expect(server.asked[0]?.json).toMatchObject({
      ...{ model: 'big', temperature: 0 },
      messages: [{ role: 'user', content: 'thing 100' }],
    });
  });

  it('looks training rows and documents up by words and by vectors', async () => {
    const things = ['thing 100 is red', 'clouds are wet', 'thing 104 is green'];
    await upload(
      'file-docs',
      things.map((text) => JSON.stringify({ text })),
    );
    const more = { evaluation_rows: 3, forgetting_questions: 0, few_shot_examples: 0 };
    const retrieval = { model: 'tiny', file: 'file-docs' };
    const options = { retrieval, retrieval_examples: 2, ...more };
    const job = await one.service.trained(dataset, { options });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    const ways = ['retrieval', 'vectors', 'documents', 'document vectors'];
    expect(report.contestants.map(({ name }) => name).slice(0, 10)).toEqual([
      ...['base', ...ways.map((way) => `base + ${way}`)],
      ...['tuned', ...ways.map((way) => `tuned + ${way}`)],
    ]);
    for (const { name, shots, usage } of report.contestants)
      if (name.includes(' + ')) expect([shots, usage?.answers]).toEqual([2, 3]);
    expect(report.comparisons.map(({ against }) => against)).toContain('base + document vectors');
    expect(report.notes).toEqual([]);
  });

  it('notes a model that is gone and documents that cannot be read', async () => {
    await upload('file-odd', ['{"text": "clouds are wet"}', '{"words": 1}']);
    const retrieval = { model: 'ft:tiny:default::gone', file: 'file-odd' };
    const more = { evaluation_rows: 2, forgetting_questions: 0, retrieval_examples: 1 };
    const options = { retrieval, few_shot_examples: 0, ...more };
    const job = await one.service.trained(dataset, { options });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    expect(report.contestants.map(({ name }) => name).filter((name) => name.includes('+'))).toEqual(
      [...['base + retrieval', 'tuned + retrieval']],
    );
    expect(report.notes).toEqual([
      "Nobody looks things up by vectors: The model 'ft:tiny:default::gone' does not exist.",
      'Nobody looks things up in documents: Line 2 of the file file-odd is no passage, which is like {"text": "…"}.',
    ]);
  });
});
