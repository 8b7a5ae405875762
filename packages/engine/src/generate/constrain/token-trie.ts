/** The tokens of a vocabulary by their bytes. */
export type TokenTrie = {
  /** Tokens that end at this node. */
  readonly tokens: readonly number[];
  readonly children: ReadonlyMap<number, TokenTrie>;
};

type Growing = { readonly tokens: number[]; readonly children: Map<number, Growing> };

/** Builds the trie; tokens without bytes are left out, and so never chosen. */
export function tokenTrie(bytes: readonly (Uint8Array | undefined)[]): TokenTrie {
  const root: Growing = { tokens: [], children: new Map() };
  for (const [token, text] of bytes.entries()) {
    if (text === undefined || text.length === 0) continue;
    let node = root;
    for (const byte of text) {
      let child = node.children.get(byte);
      if (child === undefined) {
        child = { tokens: [], children: new Map() };
        node.children.set(byte, child);
      }
      node = child;
    }
    node.tokens.push(token);
  }
  return root;
}
