import { JinjaError, unsupported } from '../error.ts';

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escapes =
  /\\(?:(?<octal>[0-7]{1,3})|x(?<hex>[\da-fA-F]{2})|u(?<short>[\da-fA-F]{4})|U(?<long>[\da-fA-F]{8})|(?<other>[\s\S]|$))/gu;

/** What is between the quotes of a literal, with Python's escapes. */
export function readStringLiteral(text: string, line: number): string {
  return text.replace(escapes, (whole, ...match) => {
    const { octal, hex, short, long, other = '' } = match.at(-1) as Record<string, string>;
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = hex ?? short ?? long;
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      if (point >= 0xd800 && point <= 0xdfff) throw unsupported(`the escape ${whole}`, line);
      if (point > 0x10ffff) throw new JinjaError('syntax', 'illegal Unicode character', line);
      return String.fromCodePoint(point);
    }
    if (Object.hasOwn(simple, other)) return simple[other]!;
    if (other === 'N') throw unsupported('the escape \\N', line);
    if ('xuU'.includes(other) && other !== '')
      throw new JinjaError('syntax', `truncated \\${other} escape`, line);
    // Jinja2 escapes what is not ASCII itself before it reads escapes, so the backslash is eaten by that.
    if (other > '\x7f') return `\\${asciiEscape(other)}`;
    return whole;
  });
}

function asciiEscape(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16);
  if (code.length <= 2) return `x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `u${code.padStart(4, '0')}` : `U${code.padStart(8, '0')}`;
}
