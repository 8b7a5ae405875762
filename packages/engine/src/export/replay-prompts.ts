import type { ModelConfig } from '../families/model-config.ts';

/** Token sequences of one length, which every export of a model answers before it is published. */
export type ReplayPrompts = {
  readonly rows: number;
  readonly tokens: number;
  /** `[rows · tokens]`. */
  readonly ids: Int32Array;
};

const rows = 3;
const longest = 24;

/**
 * The fixed prompts of an architecture: token ids from a linear congruential generator (Numerical
 * Recipes' constants), at most 24 a prompt and never more than the model, or `context`, has room for.
 */
export function replayPrompts(config: ModelConfig, context = config.maxPositions): ReplayPrompts {
  const tokens = Math.min(longest, context);
  let state = 1;
  const ids = Int32Array.from({ length: rows * tokens }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Not the padding token, which some families give a place of its own.
    const id = Math.floor((state / 2 ** 32) * config.vocabularySize);
    return id === config.padToken ? (id + 1) % config.vocabularySize : id;
  });
  return { rows, tokens, ids };
}
