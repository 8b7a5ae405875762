/** Findings about a text that go when it is mended: none of these characters means anything in a text. */
export const mendedRules: readonly string[] = ['surrogate', 'nul', 'control-character'];

/** Characters that control a terminal or a printer, and marks of byte order: all but tabs and ends of lines. */
const controls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is taken out.
const nul = /\u0000/g;

/** Whether the text holds characters, other than NUL, that no text has. */
export function hasControls(text: string): boolean {
  controls.lastIndex = 0;
  return controls.test(text);
}

/**
 * The JSON value with halves of characters, NUL and control characters taken out of its texts; the very same value where
 * it has none. The reader bounds its depth.
 */
export function mended(value: unknown): unknown {
  if (typeof value === 'string') return mendedText(value);
  if (Array.isArray(value)) return sameOr(value, value.map(mended));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const right = fields.map(([, field]) => mended(field));
  if (right.every((field, at) => field === fields[at]?.[1])) return value;
  return Object.fromEntries(fields.map(([name], at) => [name, right[at]]));
}

function sameOr(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((each, at) => each === before[at]) ? before : after;
}

function mendedText(text: string): string {
  if (text.isWellFormed() && !text.includes('\u0000') && !hasControls(text)) return text;
  return text
    .replaceAll(/\p{Surrogate}/gu, '')
    .replaceAll(nul, '')
    .replaceAll(controls, '');
}
