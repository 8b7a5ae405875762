import { PlainRows, type PlainRun } from './plain-run.ts';
import type { LineRead, RowsRead } from './row-task.ts';

/** What was read of each line, the rows of runs among them. */
export function eachRead(reads: RowsRead): LineRead[] {
  return reads.flatMap((read) => ('facts' in read ? readsOf(read) : [read]));
}

function readsOf(run: PlainRun): LineRead[] {
  const rows = new PlainRows(run);
  const reads: LineRead[] = [];
  let from = 0;
  for (const bytes of run.jsonLengths) {
    rows.next();
    const { line, both, prompt, plain, group, answer, asked, likeness } = rows;
    const part = { json: run.json.subarray(from, from + bytes - 1), examples: [rows.example()] };
    from += bytes;
    const right = {
      ...{ parts: [part], hasControl: false, personal: [] },
      ...{ hashes: { both, prompt, plain, group, answer, asked }, likeness },
    };
    reads.push({ number: line, issues: [], right });
  }
  return reads;
}
