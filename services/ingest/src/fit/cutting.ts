import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { EncodedRow, Room } from '@lathe/tokenizer/encoded-row';
import type { Lesson } from '../lesson/lesson.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { areSplit } from './length-policy.ts';

/** A row that fits, or nearly: what is trained on, and whether its last answer is cut before its end. */
export type Fitted = {
  readonly row: CanonicalRow;
  readonly encoded: EncodedRow;
  readonly isOpen?: boolean;
};

/** With what rows are cut. */
export type Cutting = {
  readonly encoder: PlacedEncoder;
  readonly room: Room;
  readonly lesson: Lesson;
  /** Tokens by which the longest sequence of a row is too long, were it not split. */
  excessOf(row: CanonicalRow): number;
};

/** Room for any row as a whole. */
const endless: Room = { maxTokens: Infinity, pieceTokens: Infinity };

/** How rows of a lesson are cut to the room that there is. */
export function cuttingOf(encoder: PlacedEncoder, lesson: Lesson, room: Room): Cutting {
  return {
    ...{ encoder, lesson, room },
    excessOf: (row) => {
      const encoded = encoder.encode(row, endless);
      return 'issue' in encoded ? 0 : longestOf(encoded) - room.maxTokens;
    },
  };
}

/** The row as it would be without pieces or windows. */
export function wholeOf(row: CanonicalRow, encoded: EncodedRow, cutting: Cutting): EncodedRow {
  const { encoder, lesson } = cutting;
  if (!areSplit(row.kind) || encoded.examples.length === 1) return encoded;
  // Pieces of a text to go on with are stretches of it, and reading it again would take as long as before.
  if (lesson.task === 'generation') return { ...encoded, examples: [joined(encoded.examples)] };
  const whole = encoder.encode(row, endless);
  return 'issue' in whole ? encoded : whole;
}

function joined(pieces: EncodedRow['examples']): EncodedRow['examples'][number] {
  const length = pieces.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(length);
  const supervised = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    tokens.set(piece.tokens, at);
    supervised.set(piece.supervised, at);
    at += piece.tokens.length;
  }
  return { tokens, supervised };
}

/** Tokens of the longest sequence. */
export function longestOf({ examples }: EncodedRow): number {
  return examples.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
}
