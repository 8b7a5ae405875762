import { type CanonicalRow, severalExamplesKinds } from '@lathe/contracts/artifact/dataset';
import { badTarget, type ShardExample } from '@lathe/contracts/artifact/shard';
import type { SpooledRow } from '../read/spool.ts';

/** The rows that go on: the row as it is, or each piece of a text as one. */
export function partsOf(row: CanonicalRow, examples: readonly ShardExample[]): SpooledRow[] {
  if (row.kind === 'judged' && !row.label)
    return [{ json: JSON.stringify(row), examples: examples.map(asBad) }];
  if (row.kind === 'text')
    return examples.map((example, part) => {
      const piece = { ...row, part, text: part === 0 ? row.text : '' };
      return { json: JSON.stringify(piece), examples: [example] };
    });
  if (examples.length === 1 || !severalExamplesKinds.includes(row.kind))
    return [{ json: JSON.stringify(row), examples }];
  return [{ json: JSON.stringify({ ...row, examples: examples.length }), examples }];
}

function asBad(example: ShardExample): ShardExample {
  return { ...example, supervised: example.supervised.map((flag) => flag * badTarget) };
}
