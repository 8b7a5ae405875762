/** How many flags are not 0: four at a time, since every token of a file has one. */
export function countFlags(flags: Uint8Array): number {
  const { buffer, byteOffset, length } = flags;
  const head = -byteOffset & 3;
  let count = 0;
  let at = 0;
  for (; at < length && at < head; at++) if (flags[at] !== 0) count++;
  if (length - at >= 4) {
    const words = new Uint32Array(buffer, byteOffset + at, (length - at) >>> 2);
    for (let next = 0; next < words.length; next++) {
      const word = words[next] as number;
      // The upper bit of each byte that is not 0, and then the sum of the four.
      const found = (((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) & 0x80808080;
      count += Math.imul(found >>> 7, 0x01010101) >>> 24;
    }
    at += 4 * words.length;
  }
  for (; at < length; at++) if (flags[at] !== 0) count++;
  return count;
}
