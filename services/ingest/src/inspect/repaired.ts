import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { hash } from '../pack/split.ts';
import type { Spool } from '../read/spool.ts';
import { rowForm } from './row-form.ts';

type Counts = NonNullable<InspectionReport['repaired']>;

/**
 * The rows that are right as JSON Lines, each once: in the form of docs/rows.md, whatever the file was written in.
 * `counts` says of how many that holds once all are read.
 */
export function repairedFile(spool: Spool): {
  readonly lines: () => AsyncGenerator<Uint8Array>;
  readonly counts: Counts;
} {
  const counts = { rows: 0, repeated: 0 };
  const seen = new Set<number>();
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const { json } of spool.read()) {
      const row = JSON.parse(json) as CanonicalRow;
      // A text is its first piece; the others have none.
      if (row.kind === 'text' && row.part > 0) continue;
      const line = JSON.stringify(rowForm(row));
      const is = hash(line);
      if (seen.has(is)) counts.repeated++;
      else {
        counts.rows++;
        yield Buffer.from(`${line}\n`);
      }
      seen.add(is);
    }
  }
  return { lines, counts };
}
