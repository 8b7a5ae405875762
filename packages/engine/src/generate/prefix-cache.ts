import type { Kept, PrefixMemory } from './prefix-memory.ts';
import type { Feeds } from './weights.ts';

/** Tokens whose keys and values are kept and given up together. */
export const blockTokens = 16;

/** Keys and values of so many tokens, the first places of what a cache is filled with. */
type PrefixPart = { readonly tokens: number; readonly content: Feeds };

/** The beginning of a prompt whose keys and values are known, in order. */
export type Prefix = { readonly tokens: number; readonly parts: readonly PrefixPart[] };

type Block = Kept & {
  readonly tokens: readonly number[];
  readonly content: Feeds;
  /** What follows it, by its tokens. */
  readonly next: Blocks;
};
type Blocks = Map<string, Block>;

/**
 * Keys and values of prompts to one model with one adapter or none, for which equal tokens leave equal ones: for each
 * scope a tree of blocks. Nobody finds what was kept for another scope.
 */
export class PrefixCache {
  readonly #memory: PrefixMemory;
  readonly #bytes: number;
  /** What prompts begin with, by scope. */
  readonly #first = new Map<string, Blocks>();
  #isClosed = false;

  /** `tokenBytes`: what the keys and values of one token take. */
  constructor(memory: PrefixMemory, tokenBytes: number) {
    this.#memory = memory;
    this.#bytes = blockTokens * tokenBytes;
  }

  /** The longest beginning of a prompt that is kept, at most all but its last token: what follows that is not known. */
  find(scope: string, prompt: readonly number[]): Prefix {
    const tokens = prompt.slice(0, -1);
    const path = this.#path(scope, tokens);
    const parts = path.map(({ content }): PrefixPart => ({ tokens: blockTokens, content }));
    const rest = tokens.slice(path.length * blockTokens);
    const { block, common } = nearest(path.at(-1)?.next ?? this.#first.get(scope), rest);
    if (block !== undefined) {
      path.push(block);
      parts.push({ tokens: common, content: block.content });
    }
    this.#memory.use(path);
    return { tokens: tokens.length - rest.length + common, parts };
  }

  /**
   * Keeps the keys and values of tokens in whole blocks, from the first on as far as there is room. `read` gives those
   * of the `blockTokens` tokens from a place on, in memory of their own.
   */
  keep(scope: string, tokens: readonly number[], read: (from: number) => Feeds): void {
    if (this.#isClosed) return;
    const path = this.#path(scope, tokens);
    this.#memory.use(path);
    for (let at = path.length * blockTokens; at + blockTokens <= tokens.length; at += blockTokens) {
      const own = tokens.slice(at, at + blockTokens);
      const blocks = path.at(-1)?.next ?? this.#first.get(scope) ?? new Map<string, Block>();
      const block: Block = {
        ...{ scope, tokens: own, content: read(at), next: new Map(), bytes: this.#bytes },
        remove: () => {
          blocks.delete(own.join());
          if (blocks.size === 0 && this.#first.get(scope) === blocks) this.#first.delete(scope);
        },
      };
      if (!this.#memory.keep(block, path)) break;
      if (at === 0) this.#first.set(scope, blocks);
      blocks.set(own.join(), block);
      path.push(block);
    }
    this.#memory.use(path);
  }

  /** Gives up everything and keeps nothing any more: the adapter is gone, or its model. */
  close(): void {
    this.#isClosed = true;
    for (const blocks of [...this.#first.values()]) this.#dropAll(blocks);
  }

  /** The whole blocks that tokens begin with. */
  #path(scope: string, tokens: readonly number[]): Block[] {
    const path: Block[] = [];
    let blocks = this.#first.get(scope);
    for (let at = 0; at + blockTokens <= tokens.length; at += blockTokens) {
      const block = blocks?.get(tokens.slice(at, at + blockTokens).join());
      if (block === undefined) break;
      path.push(block);
      blocks = block.next;
    }
    return path;
  }

  #dropAll(blocks: Blocks): void {
    for (const block of [...blocks.values()]) {
      this.#dropAll(block.next);
      this.#memory.drop(block);
    }
  }
}

/** The block that has most of its first tokens in common with others, and how many. */
function nearest(
  blocks: Blocks | undefined,
  tokens: readonly number[],
): { readonly block: Block | undefined; readonly common: number } {
  let block: Block | undefined;
  let common = 0;
  for (const each of blocks?.values() ?? []) {
    let length = 0;
    while (length < tokens.length && each.tokens[length] === tokens[length]) length++;
    if (length <= common) continue;
    common = length;
    block = each;
  }
  return { block, common };
}
