import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { EncodedRow, Room } from '@lathe/tokenizer/encoded-row';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { PlainChats } from '@lathe/tokenizer/plain-chats';
import type { PlainCompletions } from '@lathe/tokenizer/plain-completions';
import type { RowIssue } from '../check/validate-message.ts';
import { withoutSource } from './template.ts';

/** A row in tokens, or why it has none. */
export type Encoded = EncodedRow | { readonly issue: RowIssue };

/** Turns rows of one kind into tokens, the way the model will see them. */
export type RowEncoder = {
  /** The row in tokens, or why it has none. */
  encode(row: CanonicalRow, room: Room): Encoded;
  /** What is wrong with what an example teaches. */
  check(example: ShardExample): RowIssue[];
  readonly templateSha256: string | null;
  /** Encodes chats of a simple form faster; absent where the model's files are of no such form. */
  readonly plain?: PlainChats | undefined;
  /** Tells how prompts and completions are encoded elsewhere; absent where the model's files are of no such form. */
  readonly plainCompletions?: PlainCompletions | undefined;
};

/** An encoder that can say where in a text its tokens stand, in UTF-16 units, so that the text can be cut between them. */
export type PlacedEncoder = RowEncoder & {
  places(text: string): readonly (readonly [start: number, end: number])[];
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
