import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { EncodedRow, Room } from '@lathe/tokenizer/encoded-row';
import type { FileKind } from '../lesson/lesson.ts';
import { type RowEncoder, unlessRefused } from './row-encoder.ts';

/** The canonical row of a kind. */
export type RowOf<Kind extends FileKind> = Extract<CanonicalRow, { readonly kind: Kind }>;

/** An encoder of rows of one kind that go through no chat template. */
export function textsEncoder<Kind extends FileKind>(
  kind: Kind,
  encode: (row: RowOf<Kind>, room: Room) => EncodedRow,
): RowEncoder {
  return {
    templateSha256: null,
    check: ({ tokens }) => {
      if (tokens.length > 0) return [];
      return [{ path: '', rule: 'no-token', message: 'a text has no token', level: 'error' }];
    },
    encode(row, room) {
      if (row.kind !== kind)
        throw new TypeError(`an encoder of ${kind} rows got a ${row.kind} row`);
      return unlessRefused('', () => encode(row as RowOf<Kind>, room));
    },
  };
}
