/**
 * Levels of objects and lists in each other that a JSON text from outside may have. Readers of JSON call themselves
 * level by level, and a text without this limit uses up the call stack of whoever reads, copies or prints it. A
 * schema of an answer may be 100 levels deep, each of which takes two.
 */
export const deepestJson = 256;

/**
 * Whether objects and lists lie deeper in each other than so many levels. It counts brackets outside of strings in
 * the bytes themselves, before anything parses them; of what is no JSON it says anything.
 * @example isDeeperThan(new TextEncoder().encode('[[1]]'), deepestJson); // false
 */
export function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}
