let cased: string | undefined;

/** All characters that have another case, or fold to one that has: none lies outside of these ranges. */
function casedCharacters(): string {
  if (cased !== undefined) return cased;
  const found: string[] = [];
  for (const [first, end] of [
    [0x41, 0x3000],
    [0xa000, 0xd800],
    [0xf900, 0x1f000],
  ] as const) {
    const all = Array.from({ length: end - first }, (_, at) => String.fromCodePoint(first + at));
    found.push(...(all.join('').match(/\p{Changes_When_Casemapped}/gu) ?? []));
  }
  cased = found.join('');
  return cased;
}

/**
 * The characters that a class matches only where case does not matter; `anyCase` is the class as a global expression that
 * ignores it.
 *
 * V8 knows `(?i:…)`, but forgets it where it generates code without optimizing, as it does in a process that has generated a
 * megabyte for expressions (`TooMuchRegExpCode` in its regexp.cc): after some hours the same text would be cut otherwise. So
 * expressions of Lathe's write both cases out.
 */
export function otherCases(anyCase: RegExp): string {
  return (casedCharacters().match(anyCase) ?? []).join('');
}
