import { expect, test } from 'vitest';
import { createJournal, type Journal } from './journal.ts';

async function take<T>(journal: Journal<T>, after: number, count: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const entry of journal.read(after, new AbortController().signal)) {
    seen.push(entry.sequence);
    if (seen.length === count) break;
  }
  return seen;
}

test('a reader gets what was, then what comes, and ends with the journal', async () => {
  const journal = createJournal<string>(10);
  journal.add('a');
  journal.add('b');
  const read = Array.fromAsync(journal.read(1, new AbortController().signal));
  await new Promise((resolve) => setImmediate(resolve));
  journal.add('c');
  journal.end();
  expect(await read).toEqual([
    { sequence: 2, content: 'b' },
    { sequence: 3, content: 'c' },
  ]);
});

test('only the newest entries are kept, and a late reader starts at the oldest of them', async () => {
  const journal = createJournal<number>(3);
  for (let index = 1; index <= 8; index++) journal.add(index);
  journal.end();
  expect(await take(journal, 0, 9)).toEqual([6, 7, 8]);
  expect(await take(journal, 7, 9)).toEqual([8]);
});

test('readers are counted, and an aborted reader leaves', async () => {
  const counts: number[] = [];
  const journal: Journal<string> = createJournal(10, () => counts.push(journal.readers));
  const abort = new AbortController();
  const read = Array.fromAsync(journal.read(0, abort.signal));
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  expect(await read).toEqual([]);
  expect(counts).toEqual([1, 0]);
  expect(() => journal.add('still open')).not.toThrow();
  journal.end();
  expect(() => journal.add('late')).toThrow('ended');
});
