import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { LengthPolicy } from '@lathe/contracts/http/data';
import type { EncodedRow } from '@lathe/tokenizer/encoded-row';
import { withoutEnd, withoutMiddle } from './cut-question.ts';
import { withoutContext, withoutTextEnds } from './cut-texts.ts';
import { chatWithoutEnd, textWithoutEnd, withoutTheirEnds } from './cut-tokens.ts';
import { type Cutting, type Fitted, longestOf } from './cutting.ts';
import { gap } from './shorten.ts';

/**
 * What is trained of a row that is too long: undefined where it is left out, since the policy says so or since a cut would
 * leave nothing to learn from.
 */
export function fitRow(
  row: CanonicalRow,
  encoded: EncodedRow,
  { policy, cutting }: { readonly policy: LengthPolicy | undefined; readonly cutting: Cutting },
): Fitted | undefined {
  const cut =
    policy === 'truncate_end'
      ? cutEnd(row, encoded, cutting)
      : policy === 'truncate_middle_context'
        ? cutMiddle(row, cutting)
        : policy === undefined || policy === 'split'
          ? { row, encoded }
          : undefined;
  return cut === undefined || longestOf(cut.encoded) > cutting.room.maxTokens ? undefined : cut;
}

function cutEnd(row: CanonicalRow, encoded: EncodedRow, cutting: Cutting): Fitted | undefined {
  const { task, architecture } = cutting.lesson;
  const { maxTokens } = cutting.room;
  const isWritten = task === 'generation' || task === 'preference';
  const isRead = !isWritten && !(task === 'reward' && architecture === 'decoder');
  if (row.kind === 'question') return cutQuestion(row, cutting, withoutEndBy);
  if (isRead || row.kind === 'labelled') return withoutTextEnds(row, cutting);
  // What is asked would be cut, and where the answer begins.
  if (row.kind === 'prompt') return undefined;
  if (row.kind === 'text') return textWithoutEnd(row, encoded, maxTokens);
  if (row.kind === 'chat') return chatWithoutEnd(row, cutting);
  return withoutTheirEnds(row, encoded, maxTokens);
}

function cutMiddle(row: CanonicalRow, cutting: Cutting): Fitted | undefined {
  if (row.kind === 'question') return cutQuestion(row, cutting, withoutMiddle);
  return withoutContext(row, cutting);
}

type Question = Extract<CanonicalRow, { kind: 'question' }>;

const withoutEndBy: typeof withoutMiddle = (row, excess, encoder) =>
  withoutEnd(row, encoder.places(row.context).length - excess, encoder);

function cutQuestion(
  row: Question,
  { encoder, room, excessOf }: Cutting,
  cut: typeof withoutMiddle,
): Fitted | undefined {
  const excess = excessOf(row);
  // A cut may add tokens, such as those of the gap.
  for (const more of [0, encoder.places(gap).length, 8]) {
    const shorter = cut(row, excess + more, encoder);
    if (shorter === undefined) return undefined;
    if (excessOf(shorter) > 0) continue;
    const encoded = encoder.encode(shorter, room);
    return 'issue' in encoded ? undefined : { row: shorter, encoded };
  }
  return undefined;
}
