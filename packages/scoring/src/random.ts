/**
 * Numbers in [0, 1), the same for the same seed: Chris Doty-Humphrey's sfc32, warmed up.
 *
 * @example const random = seededRandom(7); // random() is the same number in every run
 */
export function seededRandom(seed: number): () => number {
  let [a, b, c, count] = [0x9e3779b9, seed | 0, (seed / 2 ** 32) | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}
