import type { Line } from '../read/lines.ts';

/** A line without its bytes, which stand among those of all lines; a number alone is that of a line of which no more is known. */
type PackedLine =
  | number
  | { readonly line: Exclude<Line, { bytes: Uint8Array }> }
  | { readonly line: Omit<Extract<Line, { bytes: Uint8Array }>, 'bytes'>; readonly bytes: true };

/** Some lines on their way to a thread: their bytes end to end in one buffer, which is handed over. */
export type PackedLines = {
  readonly lines: readonly PackedLine[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes each line has that has any. */
  readonly lengths: readonly number[];
};

/** Puts lines together, to be sent. */
export function packLines(lines: readonly Line[]): PackedLines {
  const pieces = lines.flatMap((line) => ('bytes' in line ? [line.bytes] : []));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const packed = lines.map((line): PackedLine => {
    if (!('bytes' in line)) return { line };
    const { bytes: _, ...others } = line;
    return Object.keys(others).length === 1 ? others.number : { line: others, bytes: true };
  });
  return { lines: packed, bytes, lengths: pieces.map(({ length }) => length) };
}

/** The lines again, whose bytes are views on the buffer. */
export function unpackLines({ lines, bytes, lengths }: PackedLines): Line[] {
  let at = 0;
  let place = 0;
  const next = (): Uint8Array => {
    const from = at;
    at += lengths[place++] as number;
    return bytes.subarray(from, at);
  };
  return lines.map((packed) => {
    if (typeof packed === 'number') return { number: packed, bytes: next() };
    return 'bytes' in packed ? { ...packed.line, bytes: next() } : packed.line;
  });
}
