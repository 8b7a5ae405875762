import { createJsonMachine } from './json-machine.ts';
import type { Schema } from './schema.ts';
import { applyMask, leavesAny, type TokenMask, tokenMask } from './token-mask.ts';
import type { TokenTrie } from './token-trie.ts';

/** A model's tokens cannot write what is asked for. */
export class FormError extends RangeError {
  override readonly name = 'FormError';
}

/** Holds the answer of one request to a form. */
export type Constraint = {
  /** Sets the logits [vocabulary] of all tokens to −∞ that cannot come next. Throws FormError when none can. */
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

/** Masks that are kept for a form; each is a bit a token. */
const mostMasks = 1024;
/** States behind which the next answer gets a machine of its own, so that the old one can go; each is 1 KiB. */
const mostStates = 20_000;

/** What an answer says before it is held to a form: anywhere, or as the first thing that it says. */
export type Mark = { readonly text: string; readonly isFirst: boolean };

/** Holds answers to one schema: from their beginning, or from where they have said a mark. */
export type Form = { begin(stopTokens: readonly number[], mark?: Mark): Constraint };

/**
 * Forms of answers on one vocabulary. What a state of the machine allows is worked out once, by walking the trie of
 * all tokens, and kept for the next token and the next request of the same schema. Throws FormError when the
 * vocabulary lacks tokens of one byte of which every JSON text can be written.
 * @example const constraint = createForm(anyObject, vocabulary).begin([0]);
 */
export function createForm(schema: Schema, vocabulary: Vocabulary): Form {
  const alphabet = alphabetOf(vocabulary.bytes);
  const make = () => ({
    machine: createJsonMachine(schema, alphabet),
    masks: new Map<number, TokenMask>(),
  });
  let shared = make();

  return {
    begin(stopTokens, mark) {
      if (shared.machine.size() > mostStates) shared = make();
      const { machine, masks } = shared;
      /** undefined: the answer is free. */
      let state = mark === undefined ? machine.start : undefined;
      let isSaid = mark === undefined ? undefined : markFinder(mark);
      const maskOf = (state: number): TokenMask => {
        const known = masks.get(state);
        if (known !== undefined) return known;
        const tokens = vocabulary.bytes.length;
        const mask = tokenMask(machine, vocabulary.trie, { state, tokens });
        if (masks.size >= mostMasks) masks.clear();
        masks.set(state, mask);
        return mask;
      };
      return {
        mask(logits) {
          if (state === undefined) return;
          const mask = maskOf(state);
          const ends = machine.mayEnd(state) ? stopTokens : [];
          if (ends.length === 0 && !leavesAny(mask))
            throw new FormError('the model has no token with which the answer could keep its form');
          const kept = ends.map((token) => logits[token]!);
          applyMask(mask, logits);
          for (const [i, token] of ends.entries()) logits[token] = kept[i]!;
        },
        advance(token) {
          const wasFree = state === undefined;
          for (const byte of vocabulary.bytes[token] ?? []) {
            if (state === undefined) {
              if (isSaid?.(byte) === true) state = machine.start;
              continue;
            }
            const next = machine.step(state, byte);
            if (next === undefined && !wasFree)
              throw new RangeError(`token ${token} breaks the form`);
            state = next;
            if (next !== undefined) continue;
            // The token that said the mark goes on otherwise: the answer is left alone.
            isSaid = undefined;
          }
        },
        get isOver() {
          return state !== undefined && machine.mustEnd(state);
        },
      };
    },
  };
}

/** Which bytes are tokens by themselves. Throws FormError when one that JSON is written with is not. */
function alphabetOf(tokens: Vocabulary['bytes']): ReadonlySet<number> {
  const alphabet = new Set<number>();
  for (const text of tokens) if (text?.length === 1) alphabet.add(text[0]!);
  for (let byte = 0x20; byte < 0x7f; byte++)
    if (!alphabet.has(byte))
      throw new FormError(
        `the model has no token for ${JSON.stringify(String.fromCharCode(byte))}`,
      );
  return alphabet;
}

/** Takes an answer byte by byte and says when the mark is there. */
function markFinder({ text, isFirst }: Mark): (byte: number) => boolean {
  const wanted = Buffer.from(text);
  let said: number[] = [];
  let isLost = false;
  return (byte) => {
    if (isLost || (isFirst && said.length === 0 && /\s/.test(String.fromCharCode(byte))))
      return false;
    said.push(byte);
    if (isFirst) {
      isLost = wanted[said.length - 1] !== byte;
      return !isLost && said.length === wanted.length;
    }
    said = said.slice(-wanted.length);
    return said.length === wanted.length && wanted.every((each, at) => said[at] === each);
  };
}
