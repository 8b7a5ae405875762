import {
  isColumns,
  type Line,
  type LineColumns,
  type LineGroup,
  lineCount,
} from '../read/lines.ts';

/** A line of which more is known than its bytes and its number. */
type KnownLine =
  | Exclude<Line, { bytes: Uint8Array }>
  | (Omit<Extract<Line, { bytes: Uint8Array }>, 'bytes'> & { readonly hasBytes: true });

/**
 * Some lines on their way to a thread, in one buffer, which is handed over. Line i is `bytes.subarray(starts[i], ends[i])`; a number that is
 * not NaN is all that is known of it besides, but for the file of an archive, which threads are not told.
 */
export type PackedLines = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly starts: Int32Array<ArrayBuffer>;
  readonly ends: Int32Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Lines without a number, by their place. */
  readonly known: ReadonlyMap<number, KnownLine>;
};

/** Bytes between lines that are copied with them. */
const mostBetween = 64;

/** Puts lines together, to be sent. */
export function packLines(groups: readonly LineGroup[]): PackedLines {
  const stretches = groups.map((group) => (isColumns(group) ? stretchesOf(group) : []));
  const count = groups.reduce((sum, group) => sum + lineCount(group), 0);
  const size = groups.reduce((sum, group, at) => sum + bytesOf(group, stretches[at] ?? []), 0);
  const packed = emptyOf(count, size);
  const { bytes, starts, ends, numbers, known } = packed;
  let line = 0;
  let byte = 0;
  for (const [at, group] of groups.entries())
    if (isColumns(group)) {
      numbers.set(group.numbers, line);
      for (const { from, to, start, end } of stretches[at] ?? []) {
        bytes.set(group.bytes.subarray(start, end), byte);
        const moved = byte - start;
        for (let each = from; each < to; each++, line++) {
          starts[line] = (group.starts[each] as number) + moved;
          ends[line] = (group.ends[each] as number) + moved;
        }
        byte += end - start;
      }
    } else
      for (const each of group) {
        starts[line] = byte;
        if ('bytes' in each) {
          bytes.set(each.bytes, byte);
          byte += each.bytes.length;
        }
        ends[line] = byte;
        const more = knownOf(each);
        numbers[line] = more === undefined ? each.number : Number.NaN;
        if (more !== undefined) known.set(line, more);
        line++;
      }
  return packed;
}

function emptyOf(lines: number, size: number) {
  const buffer = new ArrayBuffer(16 * lines + size);
  return {
    numbers: new Float64Array(buffer, 0, lines),
    starts: new Int32Array(buffer, 8 * lines, lines),
    ends: new Int32Array(buffer, 12 * lines, lines),
    bytes: new Uint8Array(buffer, 16 * lines, size),
    known: new Map<number, KnownLine>(),
  };
}

/** Lines of a group from one to before another, whose bytes are copied at once. */
type Stretch = {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
};

function stretchesOf({ starts, ends }: LineColumns): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  for (let at = 1; at <= starts.length; at++) {
    const end = ends[at - 1] as number;
    if (at < starts.length && (starts[at] as number) - end <= mostBetween) continue;
    found.push({ from, to: at, start: starts[from] as number, end });
    from = at;
  }
  return found;
}

function bytesOf(group: LineGroup, stretches: readonly Stretch[]): number {
  if (isColumns(group)) return stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  return group.reduce((sum, line) => sum + ('bytes' in line ? line.bytes.length : 0), 0);
}

/** What is known of a line besides its number; undefined where that is nothing. */
function knownOf(line: Line): KnownLine | undefined {
  if (!('bytes' in line)) return line;
  const { bytes: _, ...others } = line;
  return others.told === undefined ? undefined : { ...others, hasBytes: true };
}

/** A line again, whose bytes are a view on the buffer. */
export function packedLine({ bytes, starts, ends, numbers, known }: PackedLines, at: number): Line {
  const own = (): Uint8Array => bytes.subarray(starts[at], ends[at]);
  const line = known.get(at);
  if (line === undefined) return { number: numbers[at] as number, bytes: own() };
  if (!('hasBytes' in line)) return line;
  const { hasBytes: _, ...others } = line;
  return { ...others, bytes: own() };
}

/** All lines again. */
export function unpackLines(lines: PackedLines): Line[] {
  return Array.from(lines.numbers, (_, at) => packedLine(lines, at));
}
