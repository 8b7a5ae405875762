import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parquetOf } from '../read/container/parquet/parquet.fixture.ts';
import { type ZipFile, zipOf } from '../read/container/zip.fixture.ts';
import { chatLine, chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const train: ZipFile = { name: 'data/train-00000-of-00001.jsonl', data: chatLines(20) };
/** Questions that no row to train on asks, or it would be left out. */
const others = ['May I bring a dog?', 'Who won in 1954?', 'Do you sell blue ink by the litre?'];
const dev: ZipFile = {
  name: 'data/validation.jsonl',
  data: others.map((question) => `${chatLine(question, 'no')}\n`).join(''),
};
const test: ZipFile = { name: 'data/test.jsonl', data: chatLines(4) };

it('trains on one split of an archive, holds out another, and says what it leaves out', async () => {
  const job = await service.run(zipOf([train, dev, test]));
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest, report } = await service.dataset(job);
  expect(manifest).toMatchObject({
    heldOutSource: 'validation_file',
    train: { rows: 20 },
    heldOut: { rows: 3 },
  });
  expect(report.findings.map(({ member, message }) => [member, message])).toEqual([
    ['data/test.jsonl', 'was left out: it is the split test'],
    [undefined, 'The rows of the split validation are held out'],
  ]);
});

it('says once how a file is written that holds both splits', async () => {
  const listOf = (lines: string | Uint8Array) => `[${String(lines).trim().split('\n').join(',')}]`;
  const text = `{"info": {"by": "us"}, "train": ${listOf(train.data)}, "validation": ${listOf(dev.data)}}`;
  const job = await service.run(Buffer.from(`\ufeff${text}`, 'utf16le'));
  const { manifest, report } = await service.dataset(job);
  expect(manifest).toMatchObject({ train: { rows: 20 }, heldOut: { rows: 3 } });
  expect(report.findings.map(({ rule }) => rule).toSorted()).toEqual([
    'beside-rows',
    'split',
    'utf-16',
  ]);
});

it('takes the split for validation of an upload that is for it', async () => {
  const validationFile = await service.upload(zipOf([train, dev, test]));
  const job = await service.run(zipOf([train, dev]), { validationFile });
  const { manifest, report } = await service.dataset(job);
  expect(manifest).toMatchObject({ train: { rows: 20 }, heldOut: { rows: 3 } });
  expect(report.findings.map(({ message }) => message)).toContain(
    'The rows of the split validation were left out: the job names a validation file',
  );
});

it('names the file and the line of what is wrong', async () => {
  const bad = `${chatLine('a', 'b')}\n{"messages": []}\n`;
  const job = await service.run(
    zipOf([
      { name: 'train/a.jsonl', data: bad },
      { name: 'train/b.jsonl', data: bad },
    ]),
  );
  expect(job.error).toMatchObject({
    message:
      'Line 2 of train/a.jsonl: messages must not be empty. Line 2 of train/b.jsonl: messages must not be empty.',
    param: 'training_file',
  });
});

it('trains on Parquet, and leaves no file of it behind', async () => {
  const job = await service.run(parquetOf(20, { text: 'A text to go on with.' }));
  expect(job).toMatchObject({ state: 'queued', error: null });
  const { manifest } = await service.dataset(job);
  expect(manifest).toMatchObject({ kind: 'text' });
  const folder = join(service.config.dataFolder, 'work', '.ingest', String(process.pid));
  expect(await readdir(folder)).toEqual([]);
});
