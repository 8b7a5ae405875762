import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { RowIssue } from '../check/validate-message.ts';
import { withoutSource } from './template.ts';

/** A row in tokens. */
export type EncodedRow = {
  /**
   * Its token sequences: one, or each answer with what it is asked with; the better and the worse answer, each with
   * what stands before it; or pieces.
   */
  readonly examples: readonly ShardExample[];
  /** Control tokens that a user wrote out in the text. */
  readonly controlStrings: readonly string[];
  /** What the chat template makes of the row that its author may not expect. */
  readonly notes: readonly RowIssue[];
};

/** A row in tokens, or why it has none. */
export type Encoded = EncodedRow | { readonly issue: RowIssue };

/** How long sequences may be. */
export type Room = {
  /** Longest row in tokens. */
  readonly maxTokens: number;
  /** Tokens of the pieces that texts are cut into. */
  readonly pieceTokens: number;
};

/** Turns rows of one kind into tokens, the way the model will see them. */
export type RowEncoder = {
  /** The row in tokens, or why it has none. */
  encode(row: CanonicalRow, room: Room): Encoded;
  /** What is wrong with what an example teaches. */
  check(example: ShardExample): RowIssue[];
  readonly templateSha256: string | null;
};

/** The row that `encode` gives, or what is wrong with its text. */
export function unlessRefused(path: string, encode: () => Encoded): Encoded {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { issue: unreadable(path, error) };
  }
}

/** Why the text at that place cannot become tokens. */
export function unreadable(path: string, error: TokenizerError): RowIssue {
  const message = `the row cannot be read: ${withoutSource(error)}`;
  return { path, rule: 'tokens', message, level: 'error' };
}
