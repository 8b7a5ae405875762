import type { JsonMachine } from './json-machine.ts';
import type { TokenTrie } from './token-trie.ts';

/** Tokens that can come next, a bit each. */
export type TokenMask = Int32Array;

/**
 * The tokens with which a machine can go on from a state, so that an end can still be reached behind each. One
 * walk over the trie of all tokens; what is below a byte that cannot come is passed over.
 */
export function tokenMask(
  machine: JsonMachine,
  trie: TokenTrie,
  { state, tokens }: { readonly state: number; readonly tokens: number },
): TokenMask {
  const { bytes, depths, ends, firstTokens } = trie;
  const mask = new Int32Array((tokens + 31) >> 5);
  /** The state before each byte of the token that is walked. */
  const states = new Int32Array(trie.depth + 1);
  states[0] = state;
  let node = 0;
  while (node < bytes.length) {
    const depth = depths[node]!;
    const next = machine.step(states[depth]!, bytes[node]!);
    if (next === undefined) {
      node = ends[node]!;
      continue;
    }
    states[depth + 1] = next;
    const last = firstTokens[node + 1]!;
    if (firstTokens[node]! < last && machine.isSafe(next))
      for (let place = firstTokens[node]!; place < last; place++) {
        const token = trie.tokens[place]!;
        mask[token >> 5]! |= 1 << (token & 31);
      }
    node++;
  }
  return mask;
}

/** Whether the mask leaves any token. */
export function leavesAny(mask: TokenMask): boolean {
  return mask.some((word) => word !== 0);
}

/** Sets the logits of the tokens to −∞ that a mask does not leave, and those beyond it, which pad a model's head. */
export function applyMask(mask: TokenMask, logits: Float32Array): void {
  const never = Number.NEGATIVE_INFINITY;
  logits.fill(never, mask.length << 5);
  for (const [place, word] of mask.entries()) {
    if (word === -1) continue;
    const from = place << 5;
    if (word === 0) {
      logits.fill(never, from, from + 32);
      continue;
    }
    const to = Math.min(from + 32, logits.length);
    for (let token = from; token < to; token++)
      if ((word & (1 << (token & 31))) === 0) logits[token] = never;
  }
}
