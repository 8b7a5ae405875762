import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { linesOf } from './dataset.ts';

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
