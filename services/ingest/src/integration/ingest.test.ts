import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileKey } from '@lathe/contracts/artifact/key';
import type { JobRecord } from '@lathe/contracts/job/record';
import { workSubject } from '@lathe/contracts/subject';
import { consumeWork } from '@lathe/platform/nats/work';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatLine, chatLines, modelName, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

describe('ingest of a good file', () => {
  it('writes shards, canonical rows and a report, and hands the job to training', async () => {
    const job = await service.run(chatLines(100));
    expect(job).toMatchObject({ state: 'queued', stage: 'train', error: null });
    expect(job.settings).toMatchObject({ adaptation: { type: 'lora', rank: 16, alpha: 32 } });
    expect(job.plannedTokens).toBeGreaterThan(0);
    expect((job.plannedTokens ?? 0) % (job.settings?.epochs ?? 0)).toBe(0);
    const { manifest, report, rows, examples } = await service.dataset(job);
    expect(manifest).toMatchObject({ kind: 'chat', baseModel: 'tiny', heldOutSource: 'split' });
    expect(manifest.templateSha256).toMatch(/^[0-9a-f]{64}$/);
    expect([manifest.train.rows, manifest.heldOut.rows]).toEqual([81, 19]);
    expect(report.rows).toEqual({ read: 100, kept: 100, rejected: 0, duplicates: 0 });
    const trainRows = await rows(manifest.train);
    const heldOutRows = await rows(manifest.heldOut);
    const lines = [...trainRows, ...heldOutRows].map((row) => row.line);
    expect(lines.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const shardExamples = await examples(manifest.train);
    expect(shardExamples).toHaveLength(81);
    expect(shardExamples.reduce((sum, each) => sum + each.tokens.length, 0)).toBe(
      manifest.train.tokens,
    );
    // queue-N is 7 bytes and the end token: 8 supervised tokens a row.
    expect(manifest.train.supervisedTokens).toBe(81 * 8);
  });

  it('keeps the files that the rows became tokens with, and a job on a tuned model takes its', async () => {
    const job = await service.run(chatLines(20));
    const { manifest } = await service.dataset(job);
    expect(Object.keys(manifest.text ?? {})).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(manifest.text?.['tokenizer.json']?.sha256).toBe(manifest.tokenizerSha256);
    expect(manifest.baseSha256).toMatch(/^[0-9a-f]{64}$/);
    const file = join(service.folderOf(modelName), 'tokenizer_config.json');
    const before = await readFile(file, 'utf8');
    const model = Object.fromEntries(
      Object.entries(manifest.text ?? {}).map(([path, ref]) => [`tokenizer/${path}`, ref]),
    );
    const manifestKey = 'default/jobs/ftjob-start/checkpoints/at-000000001/manifest.json';
    const checkpoint = {
      ...{ version: 1, jobId: 'ftjob-start', epoch: 1, step: 1, baseModel: modelName },
      ...{ kind: 'adapter', model, state: {}, metrics: { step: 1 } },
    };
    await service.artifacts.put(manifestKey, Buffer.from(JSON.stringify(checkpoint)));
    await writeFile(file, before.replace('<|end|>', '!<|end|>'));
    const start = { base: modelName, kind: 'adapter', manifestKey, adaptation: { type: 'lora' } };
    const onBase = await service.dataset(await service.run(chatLines(20)));
    const onTuned = await service.dataset(
      await service.run(chatLines(20), { model: 'ft:x', start } as Partial<JobRecord>),
    );
    await writeFile(file, before);
    expect(onBase.manifest.templateSha256).not.toBe(manifest.templateSha256);
    expect(onTuned.manifest.templateSha256).toBe(manifest.templateSha256);
    expect(onTuned.manifest.train.tokens).toBe(manifest.train.tokens);
  });

  it('tells its steps as events, in order', async () => {
    const job = await service.run(chatLines(40));
    const events = await service.events(job.id);
    expect(events.map((event) => event.name)).toEqual(['validating', 'validated', 'queued']);
    expect(events[1]?.data).toMatchObject({ training_rows: 34, held_out_rows: 6 });
  });

  it('marks the held-out side by a validation file when there is one', async () => {
    const validationFile = await service.upload(chatLines(12));
    const job = await service.run(chatLines(60), { validationFile });
    const { manifest, report } = await service.dataset(job);
    expect(manifest).toMatchObject({ heldOutSource: 'validation_file' });
    expect([manifest.train.rows, manifest.heldOut.rows]).toEqual([48, 12]);
    const rules = new Set(report.findings.map((finding) => finding.rule));
    expect([...rules]).toEqual(['contamination']);
  });

  it('takes the nulls, parts and weights that the official clients write', async () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    const messages = [
      { role: 'user', content, name: null },
      { role: 'assistant', content: 'quiet', weight: 0, refusal: null, tool_calls: null },
      { role: 'user', content: 'c', name: 'ann' },
      { role: 'assistant', content: 'loud', weight: 1 },
    ];
    const job = await service.run(JSON.stringify({ messages }));
    const { manifest, rows } = await service.dataset(job);
    expect(await rows(manifest.train)).toEqual([
      {
        kind: 'chat',
        line: 1,
        messages: [
          { role: 'user', content: 'ab' },
          { role: 'assistant', content: 'quiet', weight: 0 },
          { role: 'user', content: 'c', name: 'ann' },
          { role: 'assistant', content: 'loud', weight: 1 },
        ],
      },
    ]);
    expect(manifest.train.supervisedTokens).toBe(5);
  });

  it('takes prompt and completion rows', async () => {
    const line = (index: number) =>
      JSON.stringify({ prompt: `Name ${'abcdefghijkl'[index]}: `, completion: 'yes' });
    const job = await service.run(Array.from({ length: 12 }, (_, i) => line(i)).join('\r\n'));
    const { manifest } = await service.dataset(job);
    expect(manifest).toMatchObject({ kind: 'completion', templateSha256: null });
    expect(manifest.train.supervisedTokens).toBe(manifest.train.rows * 4);
  });

  it('splits the same file with the same seed in the same way', async () => {
    const sides = async (seed: number) => {
      const { manifest, rows } = await service.dataset(await service.run(chatLines(60), { seed }));
      return (await rows(manifest.heldOut)).map((row) => row.line);
    };
    expect(await sides(7)).toEqual(await sides(7));
    expect(await sides(7)).not.toEqual(await sides(8));
  });

  it('warns of few rows, repeated rows and control strings, and goes on', async () => {
    const text = [chatLine('a', 'b'), chatLine('a', 'b'), chatLine('c <|end|>', 'd')].join('\n');
    const job = await service.run(text);
    expect(job.state).toBe('queued');
    const { manifest, report } = await service.dataset(job);
    expect(manifest.heldOutSource).toBe('none');
    expect(report.findings.map((finding) => finding.rule).toSorted()).toEqual([
      'control-string',
      'duplicates',
      'few-rows',
      'no-held-out',
    ]);
    const warnings = (await service.events(job.id)).filter((event) => event.name === 'finding');
    expect(warnings.every((event) => event.level === 'warn')).toBe(true);
  });

  it('keeps the rows of a group together, and moves none when rows are added', async () => {
    const grouped = (count: number) =>
      chatLines(count)
        .trim()
        .split('\n')
        .map((line, index) => line.replace(/}$/, `,"group":${index % 90}}`))
        .join('\n');
    const heldOut = async (text: string, upTo: number) => {
      const { manifest, rows, report } = await service.dataset(await service.run(text));
      expect(report.findings).toEqual([]);
      const lines = (await rows(manifest.heldOut)).map((row) => row.line);
      return lines.filter((line) => line <= upTo).toSorted((a, b) => a - b);
    };
    const before = await heldOut(grouped(180), 180);
    expect(before.length).toBeGreaterThan(10);
    const groups = before.map((line) => (line - 1) % 90);
    expect(groups.slice(before.length / 2)).toEqual(groups.slice(0, before.length / 2));
    expect(await heldOut(grouped(676), 180)).toEqual(before);
    const wrong = await service.run(chatLines(3).replace(/}$/m, ',"group":[1]}'));
    expect(wrong.error?.message).toContain('group must be a name or a number, not a list');
  });

  it('says why nothing is held out', async () => {
    const same = `${chatLine('the same', 'prompt')}\n`.repeat(12);
    const cases = [
      [chatLines(9), {}, 'a file of fewer than 10 rows is split only when held_out_share asks'],
      [chatLines(9), { held_out_share: 0.1 }, 'held_out_share is 0.1, which is less than one of 9'],
      [chatLines(12), { held_out_share: 0 }, 'held_out_share is 0'],
      [same, { held_out_share: 0.5 }, 'rows with the same prompt stay together'],
    ] as const;
    for (const [text, options, why] of cases) {
      const { report } = await service.dataset(await service.run(text, { options }));
      const found = report.findings.find(({ rule }) => rule === 'no-held-out');
      expect(found?.message).toContain(`will not be scored: ${why}`);
    }
  });

  it('folds the same warning about many rows into one event', async () => {
    const lines = chatLines(200).trim().split('\n');
    const text = lines.map((line) => line.replace(/}$/, ',"note":"x"}')).join('\n');
    const job = await service.run(text);
    const events = (await service.events(job.id)).filter((event) => event.name === 'finding');
    expect(events.map((event) => event.message)).toEqual([
      'Line 1: the key "note" is not used. The same holds for 199 more rows.',
    ]);
    const { report } = await service.dataset(job);
    expect([report.findings.length, report.moreFindings]).toEqual([20, 180]);
  });

  it('leaves out few long rows by name, and refuses a file with many', async () => {
    const long = chatLine('x'.repeat(600), 'y');
    const few = await service.run(`${chatLines(199)}${long}\n`);
    expect(few.state).toBe('queued');
    const { report } = await service.dataset(few);
    expect(report.rows).toMatchObject({ read: 200, kept: 199, rejected: 1 });
    expect(report.findings[0]).toMatchObject({ line: 200, rule: 'too-long', level: 'warn' });
    const many = await service.run(`${chatLines(20)}${long}\n`);
    expect(many.error?.message).toBe('Line 21: the row has 605 tokens; at most 512 fit.');
    expect((await service.file(many.trainingFile))?.status).toBe('processed');
  });

  it('does with long rows what the job says, names each, and counts what each policy would do', async () => {
    const long = chatLine('x'.repeat(600), 'y');
    const text = `${chatLines(10)}${long}\n${chatLine('Why?', 'x'.repeat(600))}\n`;
    const run = (data: NonNullable<JobRecord['options']['data']>) =>
      service.run(text, { options: { data, held_out_share: 0 } });
    const refused = async (data: Parameters<typeof run>[0]) => (await run(data)).error?.message;
    expect(await refused({ too_long: 'error', wrong_rows_share: 0.5 })).toBe(
      'Line 11: the row has 605 tokens; at most 512 fit. Line 12: the row has 608 tokens; at most 512 fit.',
    );
    expect(await refused({ too_long: 'split' })).toContain('Rows of the kind chat cannot be split');
    const reportOf = async (data: Parameters<typeof run>[0]) => {
      const { report } = await service.dataset(await run(data));
      const found = report.findings.filter(({ rule }) => rule === 'too-long');
      return { report, messages: found.map(({ line, message }) => `${line}: ${message}`) };
    };
    const shared = await reportOf({ wrong_rows_share: 0.2 });
    expect(shared.report.rows).toMatchObject({ kept: 10, rejected: 2 });
    const cut = await reportOf({ too_long: 'truncate_middle_context' });
    expect(cut.messages).toEqual([
      '11: the row has 605 tokens; at most 512 fit; the middle of its context was cut',
      '12: the row has 608 tokens; at most 512 fit; it was left out, since its context is not long enough to be cut',
    ]);
    expect(cut.report.tokens.max).toBe(512);
    const end = await reportOf({ too_long: 'truncate_end' });
    expect(end.report.rows).toMatchObject({ kept: 11, rejected: 1 });
    const { tooLong, truncation } = end.report.insight ?? expect.fail('no insight');
    expect(tooLong).toEqual({
      ...{ rows: 2, chosen: 'truncate_end' },
      policies: [
        { policy: 'error', changed: 0, leftOut: 2, tokens: 1213, taught: 603 },
        { policy: 'drop', changed: 0, leftOut: 2, tokens: 1213, taught: 603 },
        { policy: 'truncate_end', changed: 1, leftOut: 1, tokens: 701, taught: 98 },
        { policy: 'truncate_middle_context', changed: 1, leftOut: 1, tokens: 701, taught: 601 },
      ],
    });
    expect(truncation.find(({ at }) => at === 512)).toMatchObject({ rows: 2, tokens: 189 });
    const none = await service.run(`${long}\n`, { options: { data: { too_long: 'drop' } } });
    expect(none.error?.message).toContain('None of the 1 rows of the training file is left');
  });
});

describe('ingest of a job', () => {
  it('changes nothing when the message comes again', async () => {
    const job = await service.run(chatLines(30));
    const message = {
      version: 1 as const,
      project: job.project,
      jobId: job.id,
      epoch: job.epoch,
      requestId: job.requestId,
    };
    await service.nats.jetstream.publish(workSubject('ingest'), JSON.stringify(message));
    await service.drained();
    expect(await service.read(job.id)).toEqual(job);
    expect(await service.events(job.id)).toHaveLength(3);
  });

  it('puts the job on the training queue exactly once', async () => {
    const job = await service.run(chatLines(30));
    const controller = new AbortController();
    const seen: string[] = [];
    await consumeWork(
      service.nats,
      'train',
      async (message) => {
        seen.push(message.jobId);
        if (message.jobId === job.id) controller.abort();
        return { kind: 'done' };
      },
      { concurrency: 1, signal: controller.signal, onFailure: async () => {} },
    );
    expect(seen.filter((id) => id === job.id)).toHaveLength(1);
  });

  it('drops a cancelled job and a message of an older epoch', async () => {
    const file = await service.upload(chatLines(30));
    const cancelled = await service.create(file, { state: 'cancelled' });
    const newer = await service.create(file, { epoch: 2 });
    await service.queue(cancelled);
    await service.queue({ ...newer, epoch: 1 });
    await service.drained();
    expect((await service.read(cancelled.id)).state).toBe('cancelled');
    expect(await service.read(newer.id)).toEqual(newer);
  });

  it('stops at once when the job is cancelled meanwhile', async () => {
    const job = await service.create(await service.upload(chatLines(40_000)));
    await service.queue(job);
    const taken = async (): Promise<number> =>
      (await service.nats.manager.consumers.info('LATHE_WORK', 'lathe-ingest')).num_ack_pending;
    await expect.poll(taken).toBe(1);
    await service.jobs.put(`${job.project}.${job.id}`, { ...job, state: 'cancelled' });
    await service.drained();
    expect((await service.read(job.id)).state).toBe('cancelled');
    for await (const object of service.artifacts.list(`default/jobs/${job.id}`))
      expect(object.key).not.toMatch(/manifest/);
  });

  it('leaves the thread to others while it reads', async () => {
    const running = service.run(chatLines(3000));
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    turn();
    await running;
    isOver = true;
    expect(turns).toBeGreaterThan(20);
  });

  it('pauses a job for which that was asked meanwhile', async () => {
    const job = await service.run(chatLines(30), { desired: 'pause' });
    await service.drained();
    expect(await service.read(job.id)).toMatchObject({ state: 'paused', stage: 'train' });
    expect((await service.events(job.id)).at(-1)?.name).toBe('paused');
  });

  it('fails a job whose file is gone or not whole, whose model is gone, or that asks for too long rows', async () => {
    const gone = await service.create('file-doesnotexist');
    await service.queue(gone);
    expect((await service.ended(gone.id)).error).toEqual({
      code: 'not_found',
      message: 'The file file-doesnotexist was deleted.',
      param: 'training_file',
    });
    const file = await service.upload(chatLines(30));
    await service.artifacts.put(fileKey('default', file), Buffer.from(chatLines(20)));
    const cut = await service.create(file);
    await service.queue(cut);
    expect((await service.ended(cut.id)).error).toEqual({
      code: 'invalid_file_format',
      message: `The file ${file} is damaged in the artifact store, which has ${chatLines(20).length} of its ${chatLines(30).length} bytes: upload it again.`,
      param: 'training_file',
    });
    const model = await service.run(chatLines(30), { model: 'other' });
    expect(model.error).toMatchObject({ code: 'model_not_found', param: 'model' });
    const long = await service.run(chatLines(30), { options: { max_tokens: 4096 } });
    expect(long.error?.message).toBe(
      "max_tokens is 4096, but the model 'tiny' takes at most 512 tokens.",
    );
  });
});
