import type { TemplatePiece } from './post-processor.ts';

export type WindowOptions = {
  /** The most tokens of a window, special ones included; Infinity for one window. */
  maxTokens: number;
  /** How many tokens of the text two windows share. 0 unless given. */
  stride?: number;
  /** Read special tokens in the texts as control tokens, such as the mask of a fill-mask question. */
  special?: boolean;
};

/** A text, or a first text and a part of the second, as a model reads them. All lists have one entry a token. */
export type TextWindow = {
  tokens: number[];
  /** What the template says of each token, for `token_type_ids`. */
  typeIds: Uint8Array;
  /** 1 where the template put a special token. */
  special: Uint8Array;
  /** Which text a token is from: 0 or 1, and -1 for special tokens. */
  sequences: Int8Array;
  /** UTF-16 units [start, end) of that text; [0, 0] for special tokens. */
  offsets: [start: number, end: number][];
  /** Which part of its text, as the pre-tokenizer gives them, a token is from; -1 for special tokens. */
  words: Int32Array;
};

type Encoded = {
  tokens: readonly number[];
  offsets: readonly [number, number][];
  words: readonly number[];
};

/**
 * Windows over the last of one or two texts, each with the whole first text where there are two, such as a
 * question and its context. Every token of the last text is in a window; each window but the last is full. Throws
 * RangeError when what is around it leaves no more room than `stride`.
 */
export function cutWindows(
  template: readonly TemplatePiece[],
  texts: readonly Encoded[],
  { maxTokens, stride = 0 }: WindowOptions,
): TextWindow[] {
  const before = texts.slice(0, -1);
  const { tokens, offsets, words } = texts.at(-1) as Encoded;
  let fixed = before.reduce((sum, text) => sum + text.tokens.length, 0);
  for (const piece of template) if ('ids' in piece) fixed += piece.ids.length;
  const room = maxTokens - fixed;
  if (!Number.isInteger(stride) || stride < 0 || !(room > stride)) {
    const around = before.length === 0 ? 'special tokens' : 'the first text and its special tokens';
    throw new RangeError(
      `${around} take ${fixed} of ${maxTokens} tokens, which leaves ${room} for the ${before.length === 0 ? 'text' : 'second'}: that must be more than the stride ${stride}`,
    );
  }
  const windows: TextWindow[] = [];
  for (let start = 0; ; start += room - stride) {
    const end = Math.min(start + room, tokens.length);
    const part = {
      tokens: tokens.slice(start, end),
      offsets: offsets.slice(start, end),
      words: words.slice(start, end),
    };
    windows.push(fillTemplate(template, [...before, part]));
    if (end === tokens.length) return windows;
  }
}

/** Puts texts into a template. */
function fillTemplate(template: readonly TemplatePiece[], texts: readonly Encoded[]): TextWindow {
  const tokens: number[] = [];
  const typeIds: number[] = [];
  const sequences: number[] = [];
  const words: number[] = [];
  const offsets: [number, number][] = [];
  for (const piece of template) {
    const which = 'ids' in piece ? -1 : piece.text;
    const text = 'ids' in piece ? undefined : texts[piece.text];
    const ids = 'ids' in piece ? piece.ids : (text?.tokens ?? []);
    ids.forEach((token, i) => {
      tokens.push(token);
      typeIds.push(piece.typeId);
      sequences.push(which);
      const [start, end] = text?.offsets[i] ?? [0, 0];
      offsets.push([start, end]);
      words.push(text?.words[i] ?? -1);
    });
  }
  return {
    tokens,
    offsets,
    typeIds: Uint8Array.from(typeIds),
    sequences: Int8Array.from(sequences),
    words: Int32Array.from(words),
    special: Uint8Array.from(sequences, (which) => (which < 0 ? 1 : 0)),
  };
}
