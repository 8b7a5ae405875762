/**
 * Length of a longest common subsequence, with a row of the table as bits (Hyyrö 2004): a zero is a place where the row
 * grows by one, and adding carries such a place on to the next of `left` that is equal.
 */
export function commonLength(left: readonly string[], right: readonly string[]): number {
  const width = Math.ceil(left.length / 32);
  const places = new Map<string, Uint32Array>();
  for (const [at, each] of left.entries()) {
    const bits = places.get(each) ?? new Uint32Array(width);
    bits[at >>> 5] = (bits[at >>> 5] as number) | (1 << (at & 31));
    places.set(each, bits);
  }
  const row = new Uint32Array(width).fill(0xffff_ffff);
  for (const each of right) {
    const equal = places.get(each);
    if (equal === undefined) continue;
    let carry = 0;
    for (let at = 0; at < width; at++) {
      const [before, mask] = [row[at] as number, equal[at] as number];
      const sum = before + ((before & mask) >>> 0) + carry;
      carry = sum > 0xffff_ffff ? 1 : 0;
      row[at] = sum | (before & ~mask);
    }
  }
  let length = 0;
  for (let at = 0; at < left.length; at++) length += 1 & ~((row[at >>> 5] as number) >>> (at & 31));
  return length;
}
