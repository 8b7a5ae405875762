/** What patterns of pre-tokenizers tell characters apart by. */
export const letter = 1;
export const number = 2;
export const blank = 3;
export const other = 4;

/** The class of each code point that was asked for; 0 before. */
const known = new Uint8Array(0x110000);

const patterns: readonly (readonly [RegExp, number])[] = [
  [/^\p{L}$/u, letter],
  [/^\p{N}$/u, number],
  [/^\p{White_Space}$/u, blank],
];

/** The class of a code point: a letter (category L), a number (N), a blank (White_Space) or another sign. */
export function classOf(code: number): number {
  const found = known[code] as number;
  return found === 0 ? learn(code) : found;
}

function learn(code: number): number {
  const character = String.fromCodePoint(code);
  const found = patterns.find(([pattern]) => pattern.test(character))?.[1] ?? other;
  known[code] = found;
  return found;
}
