/**
 * The tokens of a vocabulary by their bytes: the nodes of a trie, its root left out, each before those below it,
 * so that one pass over the arrays walks the trie.
 */
export type TokenTrie = {
  /** The byte that leads to each node. */
  readonly bytes: Uint8Array;
  /** The number of bytes before it. */
  readonly depths: Uint16Array;
  /** The first node that is not below it. */
  readonly ends: Int32Array;
  /** Its tokens are `tokens` from the first place of it up to that of the next node. */
  readonly firstTokens: Int32Array;
  readonly tokens: Int32Array;
  /** Bytes of the longest token. */
  readonly depth: number;
};

/**
 * Builds the trie; tokens without bytes are left out, and so never chosen.
 * @example const trie = tokenTrie([undefined, new TextEncoder().encode('{')]);
 */
export function tokenTrie(vocabulary: readonly (Uint8Array | undefined)[]): TokenTrie {
  const sorted = [...vocabulary.entries()]
    .filter((entry): entry is [number, Uint8Array] => (entry[1]?.length ?? 0) > 0)
    .toSorted((one, two) => Buffer.compare(one[1], two[1]));
  const bytes: number[] = [];
  const depths: number[] = [];
  const ends: number[] = [];
  const firstTokens: number[] = [];
  /** The nodes of the token before, by their depth. */
  const open: number[] = [];
  let before: Uint8Array = new Uint8Array(0);
  let depth = 0;
  for (const [place, [, text]] of sorted.entries()) {
    let shared = 0;
    while (shared < before.length && before[shared] === text[shared]) shared++;
    for (const node of open.splice(shared)) ends[node] = bytes.length;
    for (let at = shared; at < text.length; at++) {
      open.push(bytes.length);
      bytes.push(text[at]!);
      depths.push(at);
      ends.push(0);
      // Tokens of nodes between, of which there are none, end where they begin.
      firstTokens.push(place);
    }
    before = text;
    depth = Math.max(depth, text.length);
  }
  for (const node of open) ends[node] = bytes.length;
  firstTokens.push(sorted.length);
  return {
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    ends: Int32Array.from(ends),
    firstTokens: Int32Array.from(firstTokens),
    tokens: Int32Array.from(sorted, ([token]) => token),
    depth,
  };
}
