import type { Tokenizer } from '../tokenizer.ts';
import type { FormStep } from './form-steps.ts';

/** Prompts and completions in tokens, for who encodes texts elsewhere: as `encodeCompletion` makes them of texts without control strings. */
export type PlainCompletions = {
  /** What every row becomes, text 0 being its prompt and text 1 its completion, neither of which is empty. */
  readonly steps: readonly FormStep[];
  /** Whether a text holds no special token. */
  isApart(text: string): boolean;
  readonly specialTokens: readonly string[];
  /** What gives the tokens of texts; undefined where it is not byte-level BPE. */
  readonly asciiWords: NonNullable<Tokenizer['plain']>['asciiWords'];
};

/**
 * For a tokenizer that encodes a text in the same way wherever it stands, whose model has a row for each of its tokens, no special one of
 * which is a single character; undefined for others. `eos` ends every completion.
 * @example const steps = createPlainCompletions(tokenizer, 0)?.steps;
 */
export function createPlainCompletions(
  tokenizer: Tokenizer,
  eos: number,
): PlainCompletions | undefined {
  const { plain, prefix, rows = Number.POSITIVE_INFINITY, vocabularySize } = tokenizer;
  const { specialTokens } = tokenizer;
  if (plain === undefined || vocabularySize > rows) return undefined;
  if (specialTokens.some((token) => token.length < 2)) return undefined;
  if ([...prefix, eos].some((token) => token >= vocabularySize)) return undefined;
  return {
    steps: [
      ...(prefix.length > 0 ? [{ supervised: false, tokens: prefix }] : []),
      { supervised: false, text: [0] },
      { supervised: true, text: [1] },
      { supervised: true, tokens: [eos] },
    ],
    isApart: (text) => tokenizer.controlStrings(text).length === 0,
    specialTokens,
    asciiWords: plain.asciiWords,
  };
}
