import type { Told } from './told.ts';

/** A row of a file: where it begins, and its bytes as JSON (of JSON Lines the line without its end), or why it was not read. */
export type Line = {
  /** The line on which it begins, from 1; of files without lines the number of the row. */
  readonly number: number;
  /** The name of its file in the archive that was uploaded; absent for others. */
  readonly member?: string;
  /** What is known of it besides, by what its file or its list in an object is called. */
  readonly told?: Told;
} & (
  | {
      /** What is wrong with it, as rule and sentence. */
      readonly problem: { readonly rule: string; readonly message: string };
    }
  | { readonly bytes: Uint8Array }
  | { readonly tooLong: true }
);

/** The rule of a problem after which a file is not read on, so that nobody knows how many rows are lost. */
export const unreadRule = 'unread';

/**
 * Lines one after another, at least one, of which nothing is known but their bytes and their numbers: line i is
 * `bytes.subarray(starts[i], ends[i])`, stands behind those before it, and its number is `numbers[i]`.
 */
export type LineColumns = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly numbers: Float64Array;
  /** The name of their file in the archive that was uploaded; absent for others. */
  readonly member?: string;
  /** The bytes are all of their buffer, and nobody else looks at them: who has copied them may give their memory back. */
  readonly areOwn?: boolean;
};

/** Some lines one after another, at least one: what is read together goes on together. Nothing of it changes afterwards. */
export type LineGroup = readonly Line[] | LineColumns;

/** How many lines a group has. */
export function lineCount(group: LineGroup): number {
  return isColumns(group) ? group.numbers.length : group.length;
}

/** Whether of its lines nothing is known but their bytes and numbers. */
export function isColumns(group: LineGroup): group is LineColumns {
  return 'starts' in group;
}

/** The lines of a group, each as an object; what has bytes has a view on them. */
export function linesOf(group: LineGroup): readonly Line[] {
  if (!isColumns(group)) return group;
  const { bytes, starts, ends, member } = group;
  const of = member === undefined ? {} : { member };
  return Array.from(group.numbers, (number, at) => ({
    ...{ number, bytes: bytes.subarray(starts[at], ends[at]) },
    ...of,
  }));
}

/** The last line of a group. */
export function lastOf(group: LineGroup): Pick<Line, 'number' | 'member'> | undefined {
  if (!isColumns(group)) return group.at(-1);
  const { numbers, member } = group;
  return { number: numbers.at(-1) ?? 0, ...(member !== undefined && { member }) };
}

/** The same lines with the name of the file that they are of. */
export function withMember(group: LineGroup, member: string): LineGroup {
  return isColumns(group) ? { ...group, member } : group.map((line) => ({ ...line, member }));
}

/** The lines of a group from one to before another. */
export function sliceGroup(group: LineGroup, from: number, to: number): LineGroup {
  if (from === 0 && to === lineCount(group)) return group;
  if (!isColumns(group)) return group.slice(from, to);
  return {
    ...group,
    starts: group.starts.subarray(from, to),
    ends: group.ends.subarray(from, to),
    numbers: group.numbers.subarray(from, to),
    // Those before are copied before.
    areOwn: group.areOwn === true && to === lineCount(group),
  };
}

/** Gives the memory of groups back whose lines were copied, where it is theirs alone: left to the garbage collector it makes all of the heap be looked through. */
export function giveLinesBack(groups: readonly LineGroup[]): void {
  for (const group of groups)
    if (isColumns(group) && group.areOwn && group.bytes.buffer instanceof ArrayBuffer)
      group.bytes.buffer.transfer(0);
}

/** Lines that are read one by one as groups. */
export async function* eachAlone(lines: AsyncIterable<Line>): AsyncGenerator<LineGroup> {
  for await (const line of lines) yield [line];
}
