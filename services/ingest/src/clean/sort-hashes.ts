/** Hashes that are put in order by their upper bits first; of fewer or more the usual way is as fast. */
const [fewest, most] = [16, 4096];
/** Buckets by the upper bits: each of a few hashes, since hashes are spread evenly. */
const bucketBits = 9;
const buckets = 2 ** bucketBits;
const places = new Int32Array(buckets + 1);
const before = new Uint32Array(most);

/**
 * Puts hashes in order, in place: by their upper bits into buckets, and then each a little back among those beside it. Typed arrays' own
 * order takes five times as long of some hundred numbers. Right, but slow, for numbers that are not spread evenly.
 */
export function inOrder(hashes: Uint32Array): Uint32Array {
  const { length } = hashes;
  if (length < fewest || length > most) return hashes.sort();
  places.fill(0);
  for (let at = 0; at < length; at++) {
    const hash = hashes[at] as number;
    before[at] = hash;
    const bucket = (hash >>> (32 - bucketBits)) + 1;
    places[bucket] = (places[bucket] as number) + 1;
  }
  for (let bucket = 1; bucket < buckets; bucket++)
    places[bucket] = (places[bucket] as number) + (places[bucket - 1] as number);
  for (let at = 0; at < length; at++) {
    const hash = before[at] as number;
    const bucket = hash >>> (32 - bucketBits);
    const place = places[bucket] as number;
    places[bucket] = place + 1;
    hashes[place] = hash;
  }
  for (let at = 1; at < length; at++) {
    const hash = hashes[at] as number;
    let place = at;
    for (; place > 0 && (hashes[place - 1] as number) > hash; place--)
      hashes[place] = hashes[place - 1] as number;
    hashes[place] = hash;
  }
  return hashes;
}
