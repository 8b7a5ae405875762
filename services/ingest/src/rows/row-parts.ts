import { type CanonicalRow, severalExamplesKinds } from '@lathe/contracts/artifact/dataset';
import { badTarget, type ShardExample } from '@lathe/contracts/artifact/shard';
import type { SpooledRow } from '../read/spool.ts';

const utf8 = new TextEncoder();

/** The rows that go on: the row as it is, or each piece of a text as one. */
export function partsOf(row: CanonicalRow, examples: readonly ShardExample[]): SpooledRow[] {
  if (row.kind === 'judged' && !row.label)
    return [{ json: bytesOf(row), examples: examples.map(asBad) }];
  if (row.kind === 'text')
    return examples.map((example, part) => {
      const piece = { ...row, part, text: part === 0 ? row.text : '' };
      return { json: bytesOf(piece), examples: [example] };
    });
  if (examples.length === 1 || !severalExamplesKinds.includes(row.kind))
    return [{ json: bytesOf(row), examples }];
  return [{ json: bytesOf({ ...row, examples: examples.length }), examples }];
}

function bytesOf(row: object): Uint8Array {
  return utf8.encode(JSON.stringify(row));
}

function asBad(example: ShardExample): ShardExample {
  return { ...example, supervised: example.supervised.map((flag) => flag * badTarget) };
}
