import { type Report, warn } from './validate-message.ts';

/** Texts, which may hold any digits, and whole numbers of so many digits that they may lie beyond 2^53. */
const longNumbers = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g;

/** Warns of a whole number that JSON.parse rounds: it is read as another one. `text` is valid JSON. */
export function checkNumbers(text: string, report: Report): void {
  if (!/\d{16}/.test(text)) return;
  for (const [found] of text.matchAll(longNumbers)) {
    if (found.startsWith('"') || BigInt(found) === BigInt(Number(found))) continue;
    const read = BigInt(Number(found));
    const message = `the number ${found.slice(0, 40)} is read as ${String(read).slice(0, 40)}; write it as a text`;
    warn(report, '', 'rounded-number', message);
    return;
  }
}
