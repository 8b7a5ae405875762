/** A set of code points: ranges with both ends in them, in rising order, with room between them. */
export type CodePoints = readonly (readonly [number, number])[];

export const lastCodePoint = 0x10ffff;

/** All characters. Halves of surrogate pairs are none: a JSON text that is UTF-8 has no room for them. */
export const everyCharacter: CodePoints = [
  [0, 0xd7ff],
  [0xe000, lastCodePoint],
];

/** The characters of sets together. */
export function union(...sets: readonly CodePoints[]): CodePoints {
  const joined: [number, number][] = [];
  for (const [low, high] of sets.flat().toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
}

/** The characters that are not in a set. */
export function complement(set: CodePoints): CodePoints {
  const left: [number, number][] = [];
  let from = 0;
  for (const [low, high] of union(set, [[0xd800, 0xdfff]])) {
    if (low > from) left.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= lastCodePoint) left.push([from, lastCodePoint]);
  return left;
}

/** The characters of a text, each once. */
export function charactersOf(text: string): CodePoints {
  return union([...text].map((each) => [each.codePointAt(0)!, each.codePointAt(0)!] as const));
}

export const digits: CodePoints = [[0x30, 0x39]];
export const wordCharacters = union(charactersOf('_'), [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
]);
/** WhiteSpace and LineTerminator of ECMA-262. */
export const whiteSpace = union(charactersOf('\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f'), [
  [0x2000, 0x200a],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
/** What `.` stands for: all but LineTerminator. */
export const notLineEnd = complement(charactersOf('\n\r\u2028\u2029'));

const properties = new Map<string, CodePoints>();
/** All characters in one text, made when the first property is asked for. */
let allCharacters: string | undefined;

/** Whether a property is looked up already, which saves a walk over all characters. */
export function isPropertyKnown(name: string): boolean {
  return properties.has(name);
}

/**
 * The characters with a Unicode property, named as in `\p{…}`: `L`, `Script=Greek`. Undefined for a name that the
 * runtime's Unicode tables do not have.
 */
export function withProperty(name: string): CodePoints | undefined {
  const known = properties.get(name);
  if (known !== undefined) return known;
  if (!/^\w+(?:=\w+)?$/.test(name)) return undefined;
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${name}}+`, 'gu');
  } catch {
    return undefined;
  }
  allCharacters ??= textOf(everyCharacter);
  const ends = [...allCharacters.matchAll(runs)].map(
    ([run]) => [run.codePointAt(0)!, lastOf(run)] as const,
  );
  // A run may go on across the gap that the halves of pairs leave.
  const found = complement(complement(ends));
  properties.set(name, found);
  return found;
}

function textOf(set: CodePoints): string {
  const parts: string[] = [];
  for (const [low, high] of set)
    for (let point = low; point <= high; point++) parts.push(String.fromCodePoint(point));
  return parts.join('');
}

function lastOf(run: string): number {
  const last = run.at(-1)!;
  return (
    run.isWellFormed() && last >= '\udc00' && last <= '\udfff' ? run.slice(-2) : last
  ).codePointAt(0)!;
}
