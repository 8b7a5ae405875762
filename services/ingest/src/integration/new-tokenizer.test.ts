import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import { getBytes } from '@lathe/platform/artifacts/folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;
let lines: string;

beforeAll(async () => {
  service = await startIngest();
  const text = await readFile(join(import.meta.dirname, '../../../../LICENSE'), 'utf8');
  lines = text
    .split('\n\n')
    .map((each) => JSON.stringify({ text: each.trim() }))
    .join('\n');
});
afterAll(() => service[Symbol.asyncDispose]());

type New = NonNullable<Extract<Adaptation, { type: 'full' }>['tokenizer']>;
const run = (tokenizer: New, rows = lines) =>
  service.run(rows, {
    options: {
      adaptation: { type: 'full', initial: 'random', tokenizer },
      cleaning: { personal_data: 'redact' },
    },
  });

async function jsonOf(ref: ObjectRef | undefined): Promise<Record<string, unknown>> {
  if (ref === undefined) throw new Error('the dataset has no such file');
  return JSON.parse(Buffer.from(await getBytes(service.artifacts, ref)).toString('utf8'));
}

it.each(['byte_level_bpe', 'unigram'] as const)(
  'learns a tokenizer of the kind %s, and makes the rows tokens of it',
  async (kind) => {
    const secret = JSON.stringify({
      text: 'write to oddname@nowhere.example oddname@nowhere.example',
    });
    const job = await run({ kind, vocabulary_size: 400 }, `${lines}\n${secret}`);
    expect(job.error).toBeNull();
    const { manifest, report, examples } = await service.dataset(job);
    expect(report.tokenizer).toMatchObject({ kind, tokens: 400, forgotten: 0 });
    expect(report.tokenizer?.words).toBeGreaterThan(report.tokenizer?.different ?? 0);
    const file = await jsonOf(manifest.text?.['tokenizer.json']);
    expect(JSON.stringify(file)).not.toContain('oddname');
    expect(manifest.tokenizerSha256).toBe(manifest.text?.['tokenizer.json']?.sha256);
    const most = (await examples(manifest.train)).flatMap(({ tokens }) => [...tokens]);
    expect(Math.max(...most)).toBeGreaterThan(260);
    expect(Math.max(...most)).toBeLessThan(400);
    // The base has one token a byte.
    expect(report.tokens.total).toBeLessThan(lines.length / 1.5);
  },
);

it('learns the same of the same rows, and is another dataset with another tokenizer', async () => {
  const kind = 'unigram';
  const options: New = { kind, vocabulary_size: 300, special_tokens: ['<|note|>'] };
  const first = await run(options);
  const again = await run(options, `${lines}\n`);
  const [one, two] = [await service.dataset(first), await service.dataset(again)];
  expect(two.manifest.tokenizerSha256).toBe(one.manifest.tokenizerSha256);
  expect(first.datasetHash).not.toBe((await run({ ...options, vocabulary_size: 301 })).datasetHash);
});

it.each<[New, string, RegExp]>([
  [
    { kind: 'unigram', vocabulary_size: 90_000 },
    'vocabulary_size',
    /more than the text gives, which is \d+\.$/,
  ],
  [
    { kind: 'byte_level_bpe', vocabulary_size: 200 },
    'vocabulary_size',
    /is too small: .* take 260 alone\.$/,
  ],
])('refuses %j by name', async (tokenizer, field, message) => {
  const job = await run(tokenizer);
  expect(job).toMatchObject({
    state: 'failed',
    error: { code: 'invalid_value', param: `lathe.adaptation.tokenizer.${field}` },
  });
  expect(job.error?.message).toMatch(message);
});
