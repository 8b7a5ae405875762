import { stripVTControlCharacters } from 'node:util';

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const nothing = /[\p{Mn}\p{Me}\p{Cf}]/u;
const escapeChar = '\u001b';
// A code that `paint` writes, or a character.
const pieces = new RegExp(`${escapeChar}\\[\\d+m|.`, 'gsu');
const end = `${escapeChar}[0m`;

/** Columns that a text takes in a terminal; what paints it takes none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of stripVTControlCharacters(text)) width += columnsOf(char);
  return width;
}

/** The text, or as much of it as so many columns hold with an ellipsis at its end. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = '';
  let width = 0;
  let isPainted = false;
  for (const [piece] of text.matchAll(pieces)) {
    if (piece.length > 1 && piece.startsWith(escapeChar)) {
      cut += piece;
      isPainted = piece !== end;
      continue;
    }
    width += columnsOf(piece);
    if (width > columns - 1) break;
    cut += piece;
  }
  return columns < 1 ? '' : `${cut}…${isPainted ? end : ''}`;
}

/** The text with blanks behind it up to so many columns. */
export function padText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

/** Words in lines of at most so many columns; a longer word has a line of its own. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** What others wrote, such as a model's answer, without what would move the cursor or hide text. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?![\n\t])\p{Cc}/gu, '');
}

function columnsOf(char: string): number {
  if (nothing.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}
