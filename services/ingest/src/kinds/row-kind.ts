import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Report } from '../check/validate-message.ts';
import type { Lesson, RowsKind } from '../lesson/lesson.ts';

export type RowOf<Kind extends RowsKind> = Extract<CanonicalRow, { readonly kind: Kind }>;

/** The object of a line. */
export type RawRow = Readonly<Record<string, unknown>>;

/** Everything that is known of rows of one kind before they are tokens. */
export type RowKind<Row extends CanonicalRow> = {
  /** Reports all that is wrong with the object of a line; without errors it can be converted. */
  check(row: RawRow, lesson: Lesson, report: Report): void;
  /** The canonical row of an object that `check` found without errors. Throws on any other. */
  convert(row: RawRow, lesson: Lesson, line: number): Row;
  /** What is asked: rows that ask the same twice are repetitions or contradict each other. */
  promptOf(row: Row): string;
  /** Rows that have this alike are kept on one side of the split; by default what is asked, whatever its numbers. */
  groupOf?(row: Row): string;
  /** What is answered, as a text. */
  answerOf(row: Row): string;
};
