import { giveLinesBack, isColumns, type LineGroup, lineCount, sliceGroup } from '../read/lines.ts';
import { type PackedLines, packLines } from './packed-lines.ts';

/** Lines that are worked on at a time, by number and bytes; a longer line is alone. */
const mostLines = 512;
const mostBytes = 256 * 1024;

/** Lines that go to a thread together, and the file of an archive that each is of. */
type LineBatch = {
  readonly lines: PackedLines;
  readonly members: readonly (string | undefined)[];
};

/** The lines in order, some at a time. */
export async function* inBatches(groups: AsyncIterable<LineGroup>): AsyncGenerator<LineBatch> {
  let batch: LineGroup[] = [];
  let lines = 0;
  let bytes = 0;
  for await (const group of groups) {
    const count = lineCount(group);
    let from = 0;
    for (let at = 0; at < count; at++) {
      const size = sizeOf(group, at);
      if (lines > 0 && (lines === mostLines || bytes + size > mostBytes)) {
        if (at > from) batch.push(sliceGroup(group, from, at));
        yield batchOf(batch);
        batch = [];
        lines = 0;
        bytes = 0;
        from = at;
      }
      lines++;
      bytes += size;
    }
    if (count > from) batch.push(sliceGroup(group, from, count));
  }
  if (lines > 0) yield batchOf(batch);
}

function batchOf(groups: readonly LineGroup[]): LineBatch {
  const batch = { lines: packLines(groups), members: groups.flatMap(membersOf) };
  giveLinesBack(groups);
  return batch;
}

function membersOf(group: LineGroup): (string | undefined)[] {
  if (!isColumns(group)) return group.map(({ member }) => member);
  return new Array<string | undefined>(lineCount(group)).fill(group.member);
}

function sizeOf(group: LineGroup, at: number): number {
  if (isColumns(group)) return (group.ends[at] as number) - (group.starts[at] as number);
  const line = group[at];
  return line !== undefined && 'bytes' in line ? line.bytes.length : 0;
}
