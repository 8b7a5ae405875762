import type { CanonicalRow, DatasetManifest } from '@lathe/contracts/artifact/dataset';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { fetchDataset, linesOf } from './dataset.ts';

const said = (content: string) => ({ role: 'assistant', content }) as const;
const words = { text: 'a b', words: [], tags: [] };

it.each<[string, CanonicalRow[], number[]]>([
  [
    'a labelled text is one',
    [4, 6, 9].map((line) => ({ kind: 'labelled', line, text: 'a', label: 'b' })),
    [6, 9],
  ],
  [
    'every window of tagged words is one',
    [
      { kind: 'tagged', line: 1, ...words },
      { kind: 'tagged', line: 2, ...words, examples: 3 },
      { kind: 'tagged', line: 3, ...words },
    ],
    [2, 2],
  ],
  [
    'all texts beside each other are one',
    [3, 5, 8].map((line) => ({ kind: 'related', line, texts: ['a', 'b', 'c'], examples: 3 })),
    [5, 8],
  ],
  [
    'a pair of answers is one',
    [2, 3, 7].map((line) => ({
      ...{ kind: 'preference', line, messages: [{ role: 'user', content: 'q', weight: 0 }] },
      ...{ preferred: said('a'), rejected: said('b') },
    })),
    [3, 7],
  ],
])('%s', async (_, rows, lines) => {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const artifacts = {
    async *get() {
      yield bytes;
    },
  };
  const canonical = { key: 'rows', bytes: bytes.length, sha256: '' };
  expect([...(await linesOf(artifacts, canonical, [2, 1])).values()]).toEqual(lines);
});

it('tells before anything is trained that a file is damaged which every checkpoint takes along', async () => {
  await using folder = await tempFolder();
  const artifacts = await openFileStore(folder.path);
  const put = async (key: string) => ({ key, ...(await artifacts.put(key, Buffer.from(key))) });
  const part = async (name: string) => ({
    ...{ rows: 1, sequences: 2, tokens: 1, supervisedTokens: 1, longest: 1 },
    ...{ canonical: await put(`p/${name}.jsonl`), shards: [await put(`p/${name}.shard`)] },
  });
  const manifest: DatasetManifest = {
    ...{ version: 1, jobId: 'ftjob-1', kind: 'chat', baseModel: 'tiny', templateSha256: null },
    ...{ tokenizerSha256: '0'.repeat(64), heldOutSource: 'split', report: await put('p/report') },
    text: { 'tokenizer.json': await put('p/text/tokenizer.json') },
    ...{ train: await part('train'), heldOut: await part('held-out') },
  };
  await artifacts.put('p/manifest.json', Buffer.from(JSON.stringify(manifest)));
  const fetched = await fetchDataset(artifacts, 'p/manifest.json', folder.path);
  expect([fetched.train.length, fetched.heldOut.length]).toEqual([1, 1]);
  await artifacts.put('p/text/tokenizer.json', Buffer.from('p/text/tokenizer.jsoN'));
  await expect(fetchDataset(artifacts, 'p/manifest.json', folder.path)).rejects.toMatchObject({
    problem: 'damaged',
    message: expect.stringContaining('p/text/tokenizer.json'),
  });
});
