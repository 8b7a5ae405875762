import { createJsonMachine, type JsonMachine } from './json-machine.ts';
import type { Schema } from './json-schema.ts';
import type { TokenTrie } from './token-trie.ts';

/** Holds the answer of one request to a form. */
export type Constraint = {
  /** Sets the logits [vocabulary] of all tokens to −∞ that cannot come next. Throws when none can. */
  mask(logits: Float32Array): void;
  /** Takes in the token that was chosen; stop tokens are not told. */
  advance(token: number): void;
  /** Whether nothing but the end can follow. */
  readonly isOver: boolean;
};

/** What a model's answers can be held to: its tokens' bytes, and the tokens that end an answer. */
export type Vocabulary = {
  readonly bytes: readonly (Uint8Array | undefined)[];
  readonly trie: TokenTrie;
};

/** Masks that are kept; each is a byte a token. */
const mostMasks = 256;

/**
 * Forms of answers on one vocabulary. What a state of the machine allows is worked out once, by walking the trie of
 * all tokens, and kept for the next token and the next request of the same schema.
 */
export function createForm(
  schema: Schema,
  vocabulary: Vocabulary,
): { begin(stopTokens: readonly number[]): Constraint } {
  const machine = createJsonMachine(schema);
  const masks = new Map<number, Uint8Array>();
  const maskOf = (state: number): Uint8Array => {
    const known = masks.get(state);
    if (known !== undefined) return known;
    const mask = new Uint8Array(vocabulary.bytes.length);
    allow(machine, vocabulary.trie, { state, mask });
    if (masks.size >= mostMasks) masks.clear();
    masks.set(state, mask);
    return mask;
  };

  return {
    begin(stopTokens) {
      let state = machine.start;
      return {
        mask(logits) {
          const mask = maskOf(state);
          const mayEnd = machine.mayEnd(state);
          const ends = new Set(mayEnd ? stopTokens : []);
          let allowed = 0;
          for (let token = 0; token < logits.length; token++) {
            if (mask[token] === 1 || ends.has(token)) allowed++;
            else logits[token] = Number.NEGATIVE_INFINITY;
          }
          if (allowed === 0)
            throw new RangeError(
              'the model has no token with which the answer could keep its form',
            );
        },
        advance(token) {
          for (const byte of vocabulary.bytes[token] ?? []) {
            const next = machine.step(state, byte);
            if (next === undefined) throw new RangeError(`token ${token} breaks the form`);
            state = next;
          }
        },
        get isOver() {
          return machine.mustEnd(state);
        },
      };
    },
  };
}

function allow(
  machine: JsonMachine,
  node: TokenTrie,
  found: { readonly state: number; readonly mask: Uint8Array },
): void {
  const { state, mask } = found;
  for (const token of node.tokens) mask[token] = 1;
  for (const [byte, child] of node.children) {
    const next = machine.step(state, byte);
    if (next !== undefined) allow(machine, child, { state: next, mask });
  }
}
