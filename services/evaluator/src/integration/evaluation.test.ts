import { fileKey } from '@lathe/contracts/artifact/key';
import { modelKey, recordKey } from '@lathe/contracts/subject';
import { describe, expect, it } from 'vitest';
import { dataset, drained, labels, rows, start } from './evaluated-jobs.fixture.ts';
import { oneEvaluator } from './one-evaluator.fixture.ts';

const one = oneEvaluator({ engineRetryMs: 10 });

describe('an evaluation', () => {
  it('scores the three contestants on the same rows and ends the job', async () => {
    const job = await one.service.trained(dataset);
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    const name = `ft:tiny:default::${job.id.slice(6, 14)}`;
    expect(ended).toMatchObject({ state: 'succeeded', stage: 'done', fineTunedModel: name });
    const report = await one.service.report(ended);
    expect(report).toMatchObject({ fineTunedModel: name, baseModel: 'tiny', rows: 12 });
    expect(report.contestants.map(({ name: who, shots }) => [who, shots])).toEqual([
      ['base', 0],
      ['few-shot', expect.any(Number)],
      ['base + retrieval', 3],
      ['tuned', 0],
      ['tuned + retrieval', 3],
      ['nearest row', 0],
      ['majority', 0],
      ['tf-idf', 0],
    ]);
    expect(report.contestants.every(({ metrics }) => 'macro F1' in metrics)).toBe(true);
    expect(["don't fine-tune", 'cannot tell']).toContain(report.outcome);
    for (const { exactMatch, loss, supervisedTokens } of report.contestants.slice(0, 5)) {
      expect(exactMatch.total).toBe(12);
      expect(loss).toBeGreaterThan(0);
      // The letters of each answer and the end of the turn; the examples in the prompt do not count.
      expect(supervisedTokens).toBe(4 * (4 + 6 + 5));
    }
    expect(new Set(report.contestants.map(({ loss }) => loss)).size).toBe(6);
    for (const { usage } of report.contestants.slice(0, 5))
      expect(usage).toMatchObject({ answers: 12, milliseconds: expect.any(Number), atOnce: 8 });
    expect(report.cost).toMatchObject({ evaluationSeconds: expect.any(Number) });
    const against = report.comparisons.map((each) => each.against);
    expect(against).toEqual([
      ...['base', 'few-shot', 'base + retrieval', 'tuned + retrieval'],
      ...['nearest row', 'majority', 'tf-idf'],
    ]);
    expect(report.samples[0]).toMatchObject({ line: 100, prompt: 'thing 100', expected: 'red' });
    expect(Object.keys(report.samples[0]?.answers ?? {})).toEqual([
      'base',
      'few-shot',
      'base + retrieval',
      'tuned',
      'tuned + retrieval',
      'nearest row',
      'majority',
      'tf-idf',
    ]);
    expect(ended.evaluation).toMatchObject({
      held_out_rows: 12,
      headline_metric: 'exact match',
      contestants: [
        { name: 'base' },
        { name: 'few-shot', examples: expect.stringMatching(/^(random|nearest)$/) },
        { name: 'base + retrieval' },
        { name: 'tuned' },
        { name: 'tuned + retrieval' },
        { name: 'nearest row' },
        { name: 'majority' },
        { name: 'tf-idf' },
      ],
    });
    // Random weights know nothing.
    expect(report.forgetting).toMatchObject({
      questions: { asked: 24, before: expect.any(Number), after: expect.any(Number) },
      text: { passages: expect.any(Number), before: expect.any(Number) },
    });
    expect(ended.evaluation).toMatchObject({ forgetting: { questions: { asked: 24 } } });
    await drained(one.service);
    const events = await one.service.events(job.id);
    const names = events.map((event) => event.name);
    expect(events.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^All rows are answered; .* learn from \d+ training rows/),
    );
    expect(names.slice(-3)).toEqual(['evaluated', 'model_created', 'succeeded']);
    expect(names.filter((each) => each === 'evaluating').length).toBeGreaterThan(3);
  });

  it('judges a model that was taught by pairs by the pairs and by what it writes', async () => {
    const pairs = (count: number, from: number) =>
      rows(count, from).map((row, at) => ({
        kind: 'preference' as const,
        line: row.line,
        messages: [{ role: 'user' as const, content: `thing ${row.line}` }],
        preferred: { role: 'assistant' as const, content: labels[at % 3] as string },
        rejected: { role: 'assistant' as const, content: 'grey' },
      }));
    const job = await one.service.trained({ train: pairs(30, 1), heldOut: pairs(12, 100) });
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    const report = await one.service.report(ended);
    expect(report).toMatchObject({ task: 'preference', headline: 'pair accuracy', rows: 12 });
    expect(report.verdict).toContain('pair accuracy');
    expect(ended.evaluation).toMatchObject({ headline_metric: 'pair accuracy' });
    const [base, tuned] = ['base', 'tuned'].map((name) =>
      report.contestants.find((each) => each.name === name),
    );
    expect(base?.metrics['exact match']?.value).toBe(0);
    for (const one of [base, tuned])
      expect(one?.metrics['pair accuracy']?.value).toBeGreaterThanOrEqual(0);
    expect(base?.metrics.margin?.value).not.toBe(tuned?.metrics.margin?.value);
    const decided = report.comparisons.filter(({ metric }) => metric === undefined);
    expect(decided.map(({ against }) => against)).toEqual(['base', 'longer answer']);
  });

  it('compares what a grader gives for the answers of base and tuned model to held-out prompts', async () => {
    const prompts = (count: number, from: number) =>
      Array.from({ length: count }, (_, at) => ({
        kind: 'prompt' as const,
        line: from + at,
        messages: [{ role: 'user' as const, content: `thing ${from + at}` }],
        item: { most: 40 + (at % 3) },
      }));
    const source = `function grade(sample, item) {
  if (item.most === 42) throw new Error('no grade');
  return Math.min(1, sample.output_text.length / item.most);
}`;
    const job = await one.service.trained(
      { train: prompts(6, 1), heldOut: prompts(12, 100) },
      {
        method: 'reinforcement',
        grader: { type: 'javascript', name: 'length', source },
        settings: {
          ...{ epochs: 1, batchSize: 4, learningRate: 1e-4, learningRateMultiplier: 1 },
          adaptation: { type: 'lora', rank: 4, alpha: 8, dropout: 0, targets: 'all-linear' },
          reinforcement: { group_size: 2, max_completion_tokens: 6, evaluation_samples: 2 },
        },
      },
    );
    await one.service.artifacts.put(
      fileKey(job.project, 'file-steps'),
      Buffer.from(
        'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,train_mean_reward,valid_mean_reward\n1,0,0,,,0.25,\n2,0,0,-0.5,0,0.75,0.5\n',
      ),
    );
    const told = { ...job, resultFiles: ['file-steps'] };
    await one.service.jobs.put(recordKey(job.project, job.id), told);
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    expect(ended.error).toBeNull();
    const report = await one.service.report(ended);
    expect(report).toMatchObject({ headline: 'reward', rows: 12 });
    expect(report.rewards).toEqual([
      { step: 1, train: 0.25 },
      { step: 2, train: 0.75, heldOut: 0.5 },
    ]);
    expect(report.contestants.map(({ name }) => name)).toEqual(['base', 'tuned']);
    for (const { metrics, usage } of report.contestants) {
      expect(metrics.reward?.value).toBeGreaterThan(0);
      expect(metrics.reward?.low).toBeLessThan(metrics.reward?.value ?? 0);
      expect(usage).toMatchObject({ answers: 24 });
      expect(usage?.answerTokens).toBeLessThanOrEqual(24 * 6);
    }
    expect(report.comparisons).toMatchObject([{ against: 'base', low: expect.any(Number) }]);
    const answers = Object.values(report.samples[0]?.answers ?? {});
    expect(answers.every((text) => /\(reward (none|[\d.e-]+)\)$/.test(text))).toBe(true);
    const all = report.samples.flatMap((sample) => Object.values(sample.answers));
    // A third of the rows cannot be graded.
    expect(all.filter((text) => text.endsWith('(reward none)')).length).toBeGreaterThan(0);
  });

  it('scores the model that the job went on from as well, for as long as it is there', async () => {
    const model = await one.service.addTuned('adapter', 9);
    const job = await one.service.trained(dataset, { model, start });
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    const name = `ft:tiny:default::${job.id.slice(6, 14)}`;
    expect(ended).toMatchObject({ state: 'succeeded', fineTunedModel: name });
    const report = await one.service.report(ended);
    expect(report.baseModel).toBe('tiny');
    const who = report.contestants.map((each) => [each.name, each.model]);
    const base = ['base', 'few-shot', 'base + retrieval'].map((each) => [each, 'tiny']);
    expect(who).toEqual([
      ...base,
      ['start', model],
      ['tuned', name],
      ['tuned + retrieval', name],
      ['nearest row', null],
      ['majority', null],
      ['tf-idf', null],
    ]);
    const against = report.comparisons.map((each) => each.against);
    expect(against).toEqual([
      ...['base', 'few-shot', 'base + retrieval', 'start', 'tuned + retrieval'],
      ...['nearest row', 'majority', 'tf-idf'],
    ]);

    await one.service.models.delete(modelKey('default', model));
    const orphan = await one.service.trained(dataset, { model, start });
    await one.service.queue(orphan);
    const { contestants } = await one.service.report(await one.service.ended(orphan.id));
    expect(contestants.map((each) => each.name)).not.toContain('start');
  });

  it('gives the same report again, and changes nothing when the message comes twice', async () => {
    const first = await one.service.trained(dataset);
    const second = await one.service.trained(dataset);
    await one.service.queue(first);
    await one.service.queue(second);
    const reports = [];
    for (const job of [first, second]) {
      const report = await one.service.report(await one.service.ended(job.id));
      reports.push(report.contestants.map(({ exactMatch, loss }) => ({ exactMatch, loss })));
    }
    expect(reports[0]).toEqual(reports[1]);
    await drained(one.service);
    const before = await one.service.read(first.id);
    const events = await one.service.events(first.id);
    await one.service.queue({ ...first, requestId: 'again' });
    await drained(one.service);
    expect(await one.service.read(first.id)).toEqual(before);
    expect(await one.service.events(first.id)).toEqual(events);
  });

  it('obeys the options of the job', async () => {
    const options = { evaluation_rows: 5, few_shot_examples: 2, forgetting_questions: 0 };
    const job = await one.service.trained(dataset, { options });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    expect(report).toMatchObject({ rows: 5, sampled: true });
    expect(report.contestants[1]).toMatchObject({ name: 'few-shot', shots: 2 });
    expect(report).not.toHaveProperty('forgetting');
    const none = await one.service.trained(dataset, { options: { few_shot_examples: 0 } });
    await one.service.queue(none);
    const without = await one.service.report(await one.service.ended(none.id));
    expect(without.contestants.map(({ name }) => name)).toEqual([
      'base',
      'tuned',
      'nearest row',
      'majority',
      'tf-idf',
    ]);
  });

  it('succeeds without held-out rows and says so', async () => {
    const job = await one.service.trained({ train: dataset.train, heldOut: [] });
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    expect(ended.state).toBe('succeeded');
    expect(await one.service.report(ended)).toMatchObject({
      heldOutSource: 'none',
      contestants: [],
    });
    await drained(one.service);
    const events = await one.service.events(job.id);
    expect(events.find((event) => event.name === 'evaluated')?.message).toMatch(/not compared/);
  });

  it('warns of a loss that ended above its start, as an event and in the report', async () => {
    const table = 'step,train_loss,train_accuracy\n1,2.5,0.1\n2,3.5,0.1\n';
    await one.service.artifacts.put(fileKey('default', 'file-rising'), Buffer.from(table));
    const job = await one.service.trained(dataset, { resultFiles: ['file-rising'] });
    await one.service.queue(job);
    const report = await one.service.report(await one.service.ended(job.id));
    const [first] = report.warnings;
    expect(first).toMatch(/^The training loss ended at 3\.5000, above 2\.5000 at its start\./);
    await drained(one.service);
    const warned = (await one.service.events(job.id)).filter(({ level }) => level === 'warn');
    expect(warned.map(({ message }) => message)).toEqual(report.warnings);
  });

  it('takes up a job that was resumed from the queue', async () => {
    const job = await one.service.trained(dataset, { state: 'queued', epoch: 5 });
    await one.service.queue(job);
    expect((await one.service.ended(job.id)).state).toBe('succeeded');
  });

  it('fails the job in words when its checkpoint is gone', async () => {
    const job = await one.service.trained(dataset);
    await one.service.artifacts.delete(job.checkpointKey ?? '');
    await one.service.queue(job);
    const ended = await one.service.ended(job.id);
    expect(ended.error).toEqual({
      code: 'model_not_found',
      message: 'The files of the model were deleted.',
      param: 'model',
    });
  });
});
