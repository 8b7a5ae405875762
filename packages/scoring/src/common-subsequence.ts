/** A row of the table of two lists as bits: a zero is a place of `left` where the common subsequence grows by one. */
type Row = Uint32Array;

/** Length of a longest common subsequence. */
export function commonLength(left: readonly string[], right: readonly string[]): number {
  const table = tableOf(left);
  const row = table.first();
  for (const each of right) table.advance(row, each);
  let length = 0;
  for (let at = 0; at < left.length; at++) length += Number(grows(row, at));
  return length;
}

/**
 * Where in `left` the words of a longest common subsequence stand, in order: of several the one that is found from the end, by a step
 * back in `right` wherever that alone loses nothing. Of all rows it keeps every so manieth, and makes those after it again when it
 * comes there: two lists of n words take some n√n / 16 numbers.
 */
export function commonPlaces(left: readonly string[], right: readonly string[]): number[] {
  const table = tableOf(left);
  const stride = Math.ceil(Math.sqrt(right.length));
  const kept: Row[] = [];
  const last = table.first();
  for (const [at, each] of right.entries()) {
    if (at % stride === 0) kept.push(last.slice());
    table.advance(last, each);
  }
  const found: number[] = [];
  let i = left.length;
  for (const [block, row] of [...kept.entries()].reverse()) {
    const words = right.slice(block * stride, (block + 1) * stride);
    const rows = words.map((each) => {
      table.advance(row, each);
      return row.slice();
    });
    for (let j = words.length; j > 0 && i > 0; )
      if (left[i - 1] === words[j - 1]) {
        found.push(--i);
        j--;
      } else if (grows(rows[j - 1] as Row, i - 1)) j--;
      else i--;
  }
  return found.reverse();
}

/** Makes row after row, 32 places at a time (Hyyrö 2004): adding carries a place that grows on to the next of `left` that is equal. */
function tableOf(left: readonly string[]) {
  const width = Math.ceil(left.length / 32);
  const places = new Map<string, number[]>();
  for (const [at, each] of left.entries()) {
    const known = places.get(each);
    if (known === undefined) places.set(each, [at]);
    else known.push(at);
  }
  const equal = new Uint32Array(width);
  return {
    /** That of no words at all: it grows nowhere. */
    first: (): Row => new Uint32Array(width).fill(0xffff_ffff),
    /** Makes of a row the one with one more word. */
    advance(row: Row, word: string): void {
      const own = places.get(word);
      if (own === undefined) return;
      for (const at of own) equal[at >>> 5] = (equal[at >>> 5] as number) | (1 << (at & 31));
      let carry = 0;
      for (let at = 0; at < width; at++) {
        const [before, mask] = [row[at] as number, equal[at] as number];
        const sum = before + ((before & mask) >>> 0) + carry;
        carry = sum > 0xffff_ffff ? 1 : 0;
        row[at] = sum | (before & ~mask);
      }
      for (const at of own) equal[at >>> 5] = 0;
    },
  };
}

function grows(row: Row, at: number): boolean {
  return (((row[at >>> 5] as number) >>> (at & 31)) & 1) === 0;
}
