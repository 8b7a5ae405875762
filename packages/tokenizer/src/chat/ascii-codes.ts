/** A table in which each of these codes that is of ASCII has 1. */
export function asciiCodes(codes: readonly number[]): Uint8Array {
  const table = new Uint8Array(128);
  for (const code of codes) if (code < 128) table[code] = 1;
  return table;
}
