/** A part of a text by code points, with what it is. */
export type Mark = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** Its colour: the place of its label among all. */
  readonly tone: number;
  /** On hover. */
  readonly detail: string;
};

/** The text cut at its marks, which do not overlap; what would is left out. */
export function cutText(
  text: string,
  marks: readonly Mark[],
): { readonly text: string; readonly mark: Mark | null }[] {
  const points = [...text];
  const part = (from: number, to: number): string => points.slice(from, to).join('');
  const pieces: { text: string; mark: Mark | null }[] = [];
  let at = 0;
  for (const mark of marks.toSorted((a, b) => a.start - b.start)) {
    if (mark.start < at) continue;
    if (mark.start > at) pieces.push({ text: part(at, mark.start), mark: null });
    pieces.push({ text: part(mark.start, mark.end), mark });
    at = mark.end;
  }
  if (at < points.length) pieces.push({ text: part(at, points.length), mark: null });
  return pieces;
}
