/** The lines of a text but for some, counted from 1. */
export function linesWithout(text: string, leftOut: readonly number[]): string {
  const gone = new Set(leftOut);
  return text
    .split('\n')
    .filter((_, at) => !gone.has(at + 1))
    .join('\n');
}
