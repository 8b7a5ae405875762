/** What programs write into a cell of a table where there is nothing, in small letters: those of pandas, R, Excel, MySQL and SNLI. */
const placeholders: ReadonlySet<string> = new Set([
  ...['na', 'n/a', '#n/a', '#na', '#n/a n/a', '<na>', 'nan', '-nan', '1.#ind', '1.#qnan'],
  ...['null', '(null)', '\\n', 'none', 'nil', 'undefined', '-', '--', '\u2013', '\u2014', '?'],
]);

/** Whether a text stands in tables where there is nothing, such as `NA`, `null` or `-`. */
export function isPlaceholder(text: string): boolean {
  return placeholders.has(text.trim().toLowerCase());
}
