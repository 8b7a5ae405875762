import type { Tokenizer } from '../tokenizer.ts';
import { asciiCodes } from './ascii-codes.ts';
import type { FormStep } from './form-steps.ts';

/** Prompts and completions in tokens, for who encodes texts elsewhere: as `encodeCompletion` makes them of texts without control strings. */
export type PlainCompletions = {
  /** What every row becomes, text 0 being its prompt and text 1 its completion, neither of which is empty. */
  readonly steps: readonly FormStep[];
  /** Whether a text holds no control string. */
  isApart(text: string): boolean;
  /** The first characters of control strings by their codes: a text of ASCII without them holds none. */
  readonly beginnings: Uint8Array;
  /** What gives the tokens of texts; undefined where it is not byte-level BPE. */
  readonly asciiWords: NonNullable<Tokenizer['plain']>['asciiWords'];
};

/**
 * For a tokenizer that encodes a text in the same way wherever it stands, whose model has a row for each of its tokens; undefined for
 * others. `eos` ends every completion.
 * @example const steps = createPlainCompletions(tokenizer, eos)?.steps;
 */
export function createPlainCompletions(
  tokenizer: Tokenizer,
  eos: number,
): PlainCompletions | undefined {
  const { plain, prefix, rows = Number.POSITIVE_INFINITY, vocabularySize } = tokenizer;
  if (plain === undefined || vocabularySize > rows) return undefined;
  if ([...prefix, eos].some((token) => token >= vocabularySize)) return undefined;
  return {
    steps: [
      ...(prefix.length > 0 ? [{ supervised: false, tokens: prefix }] : []),
      { supervised: false, text: [0] },
      { supervised: true, text: [1] },
      { supervised: true, tokens: [eos] },
    ],
    isApart: (text) => tokenizer.controlStrings(text).length === 0,
    beginnings: asciiCodes(tokenizer.specialTokens.map((token) => token.charCodeAt(0))),
    asciiWords: plain.asciiWords,
  };
}
