import { type Report, warn } from './validate-message.ts';

/** Whole numbers of so many digits that they may lie beyond 2^53. */
const longNumbers = /(?<![\d.])-?\d{16,}(?![\d.eE])/g;
/** Digits of the largest number that there is, 1.8e308: what has more is read as infinite. */
const mostDigits = 309;
const toldCharacters = 40;

/** Warns of a whole number that JSON.parse rounds: it is read as another one. `text` is valid JSON. */
export function checkNumbers(text: string, report: Report): void {
  if (!/\d{16}/.test(text)) return;
  for (const piece of outsideTexts(text))
    for (const [found] of piece.matchAll(longNumbers)) {
      const read = found.length > mostDigits + 1 ? Number.POSITIVE_INFINITY : Number(found);
      if (Number.isFinite(read) && BigInt(found) === BigInt(read)) continue;
      const as = Number.isFinite(read)
        ? `is read as ${String(BigInt(read)).slice(0, toldCharacters)}`
        : 'is larger than any that can be read';
      const message = `the number ${found.slice(0, toldCharacters)} ${as}; write it as a text`;
      warn(report, '', 'rounded-number', message);
      return;
    }
}

/** What stands between the texts of valid JSON. An expression for whole texts would fill V8's stack where one is long. */
function* outsideTexts(json: string): Generator<string> {
  let from = 0;
  for (let quote = json.indexOf('"'); quote !== -1; quote = json.indexOf('"', from)) {
    yield json.slice(from, quote);
    from = endOfText(json, quote + 1) + 1;
  }
  yield json.slice(from);
}

/** Place of the quote that ends a text: the first behind an even number of backslashes. */
function endOfText(json: string, start: number): number {
  for (let quote = json.indexOf('"', start); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let before = quote;
    while (before > start && json[before - 1] === '\\') before--;
    if ((quote - before) % 2 === 0) return quote;
  }
  return json.length;
}
