import { fail, quoted, type Report } from './validate-message.ts';

/** A key that one object of a JSON text has more than once. */
export type DuplicateKey = {
  readonly key: string;
  /** Where the object stands, such as `messages[1]`; empty for the outermost. */
  readonly path: string;
};

/** Reports a key that an object of a row names twice: which of the two values is meant only its author knows. */
export function checkKeys(text: string, report: Report): void {
  const twice = findDuplicateKey(text);
  if (twice === undefined) return;
  const { key, path } = twice;
  const owner = path === '' ? 'the row' : path;
  const place = path === '' ? quoted(key) : `${path}.${quoted(key)}`;
  fail(report, place, 'duplicate-key', `${owner} has the key ${quoted(key)} twice`);
}

/** An object or a list that the scan is inside of. */
type Level = {
  /** Keys of an object so far; null for a list. */
  readonly keys: Set<string> | null;
  /** The key or the index of what is read now. */
  at: string | number;
  wantsKey: boolean;
};

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The first key that an object of the text has twice: JSON.parse keeps the last of them without a word. `text` is
 * valid JSON.
 */
export function findDuplicateKey(text: string): DuplicateKey | undefined {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    const character = text.charCodeAt(at);
    if (character === quote) {
      const end = stringEnd(text, at);
      if (level?.wantsKey === true && level.keys !== null) {
        const key = plainText(text.slice(at, end + 1));
        if (level.keys.has(key)) return { key, path: pathOf(levels.slice(0, -1)) };
        level.keys.add(key);
        level.at = key;
        level.wantsKey = false;
      }
      at = end;
    } else if (character === openBrace) levels.push({ keys: new Set(), at: '', wantsKey: true });
    else if (character === openBracket) levels.push({ keys: null, at: 0, wantsKey: false });
    else if (character === closeBrace || character === closeBracket) levels.pop();
    else if (character === comma && level !== undefined) {
      if (typeof level.at === 'number') level.at++;
      else level.wantsKey = true;
    }
  }
  return undefined;
}

/** Place of the quotation mark that ends the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** A key as it is meant: `"\u0061"` is the same as `"a"`. */
function plainText(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

function pathOf(levels: readonly Level[]): string {
  return levels.reduce<string>((path, { at }) => {
    if (typeof at === 'number') return `${path}[${at}]`;
    const key = at.length > 40 ? `${at.slice(0, 40)}…` : at;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}
