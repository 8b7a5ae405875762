import type { GenerationRow } from '@lathe/contracts/artifact/dataset';
import type { RowIssue } from '../check/validate-message.ts';
import type { FileKind } from '../read/detect.ts';
import type { Line } from '../read/lines.ts';
import type { EncodedRow } from '../render/tokenize.ts';

/** Whose tokens rows become, and a name for all that is opened for one job. */
export type RowModel = {
  readonly session: string;
  readonly folder: string;
  /** Its name for errors. */
  readonly name: string;
};

/** How rows are read. */
export type RowLimits = {
  readonly maxLineBytes: number;
  readonly maxDepth: number;
  /** Longest row in tokens. */
  readonly maxTokens: number;
  /** Tokens of the pieces that texts are cut into. */
  readonly pieceTokens: number;
  /** Errors after which rows are only counted, not tokenized. */
  readonly tokenizedErrors: number;
};

/** Everything that is done with lines and texts away from the event loop. */
export type RowTask =
  | {
      readonly kind: 'detect';
      readonly lines: readonly Line[];
      readonly param: string;
      readonly limits: Pick<RowLimits, 'maxLineBytes' | 'maxDepth'>;
    }
  | { readonly kind: 'open'; readonly model: RowModel; readonly rows: FileKind }
  | {
      readonly kind: 'read';
      readonly model: RowModel;
      readonly rows: FileKind;
      readonly lines: readonly Line[];
      readonly limits: RowLimits;
      /** Errors that were found in the lines before. */
      readonly errors: number;
    }
  | { readonly kind: 'tokens'; readonly folder: string; readonly text: string };

/** A row that is right, in tokens, with hashes by which repetitions are found. */
export type RightRow = {
  readonly row: GenerationRow;
  readonly encoded: EncodedRow;
  /** Of prompt and answer, of the normalised prompt, and of the answer. */
  readonly hashes: { readonly both: number; readonly group: number; readonly answer: number };
};

/** What was read of a line. */
export type LineRead = {
  readonly number: number;
  readonly issues: readonly RowIssue[];
  /** Absent where an issue is an error, or the row is too long. */
  readonly right?: RightRow;
  /** Tokens of a row that is too long. */
  readonly tooLong?: number;
};

/** What comes of each kind of task. */
export type RowResults = {
  readonly detect: FileKind;
  readonly open: { readonly templateSha256: string | null };
  readonly read: readonly LineRead[];
  readonly tokens: readonly number[];
};
