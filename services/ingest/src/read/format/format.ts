import type { ChoiceAnswers, Columns, FormatCandidate } from '@lathe/contracts/artifact/detection';
import type { ColumnRole } from '@lathe/contracts/artifact/format-roles';
import type { DataOptions } from '@lathe/contracts/http/data';
import type { RowIssue } from '../../check/validate-message.ts';
import type { FileKind, Problem, Reading, TagScheme } from '../../lesson/lesson.ts';
import type { ToldChoices } from '../told.ts';

/** The object of a line. */
export type Row = Readonly<Record<string, unknown>>;

/** A path in a row that was made, and the one in the object that it was made of. */
export type Place = readonly [made: string, source: string];

/** A row that a format made of an object, in the usual form of its kind. */
export type Converted = {
  readonly row: Row;
  /** Where parts of it stand in the object, by their paths: the longest that a finding's path begins with is its place. */
  readonly places?: () => readonly Place[];
  /** What was found on the way. */
  readonly issues?: readonly RowIssue[];
};

/** Rows of a file that are looked at to find its format. */
export type Sampled = {
  readonly rows: readonly Row[];
  /** Names of all columns, in the order in which they were first seen. */
  readonly names: readonly string[];
  /** Values of a column that are not null. */
  readonly values: (name: string) => readonly unknown[];
  /** Columns that are told by names of files and lists, with all their values. */
  readonly told: ToldChoices;
};

/** What a format finds in the rows: which columns, and how sure their names and values make it. */
export type Match = {
  readonly columns: Columns;
  /** From 0 to 1. 1: nobody else writes such rows. */
  readonly certainty: number;
  readonly problem?: Problem | undefined;
  readonly separator?: string | undefined;
  readonly areNumbers?: boolean | undefined;
  readonly scheme?: TagScheme | undefined;
  readonly answers?: ChoiceAnswers | undefined;
  /** Of turns with other keys than `from` and `value`: these. */
  readonly turns?: FormatCandidate['turns'];
};

/** What is known of the answers of questions with choices: by what the job says, and by the training file beside it. */
export type Known = {
  readonly answers?: ChoiceAnswers | undefined;
  readonly before?: ChoiceAnswers | undefined;
};

/** One way in which people write rows. */
export type Format = {
  /** What a row of it becomes. */
  readonly kind: FileKind;
  /** Names that its columns usually have, the likeliest first. */
  readonly usual: Readonly<Partial<Record<ColumnRole, readonly string[]>>>;
  /** Whether the value of a column can be what its role wants; any can without it. */
  readonly holds?: Readonly<Partial<Record<ColumnRole, (value: unknown) => boolean>>>;
  /** A role whose column is known by its values, whatever its name. */
  readonly byContent?: ColumnRole;
  /** Where names do not tell: the columns by what they hold, with those that the job names. */
  readonly find?: (sampled: Sampled, asked: Columns, known: Known) => readonly Match[];
  /** What else the values of its columns tell. */
  readonly look?: (sampled: Sampled, columns: Columns, data: DataOptions) => Partial<Match>;
  /** The row that an object is. What is wrong with the object itself is told by its issues. */
  readonly convert: (row: Row, reading: Reading) => Converted;
};

/** The one column of a role; undefined where it has none. */
export function columnOf(columns: Columns, role: ColumnRole): string | undefined {
  const column = columns[role];
  return typeof column === 'object' ? column[0] : column;
}

/** All columns of a role. */
export function columnsOf(columns: Columns, role: ColumnRole): readonly string[] {
  const column = columns[role];
  return column === undefined ? [] : [column].flat();
}

/** What a row has in the column of a role; null where it has none. */
export function cellOf(row: Row, { columns }: Pick<Reading, 'columns'>, role: ColumnRole): unknown {
  const column = columnOf(columns, role);
  return column === undefined ? null : (row[column] ?? null);
}
