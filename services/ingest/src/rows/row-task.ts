import type { LengthPolicy } from '@lathe/contracts/http/data';
import type { Room } from '@lathe/tokenizer/encoded-row';
import type { TokenizerPlan } from '@lathe/tokenizer/tokenizer-plan';
import type { RowIssue } from '../check/validate-message.ts';
import type { Likeness } from '../clean/near-index.ts';
import type { PersonalKind } from '../clean/personal-kinds.ts';
import type { PersonalOptions } from '../clean/personal-row.ts';
import type { LengthEffect } from '../fit/length-effects.ts';
import type { MarkedRow } from '../fit/mark-cut.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Cut } from '../pack/cuts.ts';
import type { Sample } from '../read/format/detect.ts';
import type { SpooledRow } from '../read/spool.ts';
import type { PackedLines } from './packed-lines.ts';
import type { PlainRun } from './plain-run.ts';

/** Whose tokens rows become, and a name for all that is opened for one job. */
export type RowModel = {
  readonly session: string;
  readonly folder: string;
  /** Its name for errors. */
  readonly name: string;
};

/** How the texts of rows are read. */
export type TextLimits = {
  readonly maxLineBytes: number;
  readonly maxDepth: number;
  /** Texts lose the characters that no text has before they are looked at. */
  readonly mend?: boolean;
  /** Counted when absent. */
  readonly personal?: PersonalOptions;
};

/** How rows are read. */
export type RowLimits = Room &
  TextLimits & {
    /** Errors after which rows are only counted, not tokenized. */
    readonly tokenizedErrors: number;
    /** What becomes of rows that are too long; what is usual for their kind when absent. */
    readonly tooLong?: LengthPolicy | undefined;
  };

/** Everything that is done with lines and texts away from the event loop. */
export type RowTask =
  | {
      readonly kind: 'detect';
      readonly sample: Sample;
      readonly limits: Pick<RowLimits, 'maxLineBytes' | 'maxDepth'>;
    }
  | { readonly kind: 'open'; readonly model: RowModel; readonly lesson: Lesson }
  | {
      readonly kind: 'read';
      readonly model: RowModel;
      readonly lesson: Lesson;
      readonly lines: PackedLines;
      readonly limits: RowLimits;
      /** Errors that were found in the lines before. */
      readonly errors: number;
      /** False where plain rows are not read in C, even where set-up built that. */
      readonly isNative?: boolean;
    }
  | {
      /** How often words stand in the rows. */
      readonly kind: 'words';
      readonly session: string;
      readonly plan: TokenizerPlan;
      readonly lesson: Lesson;
      readonly lines: PackedLines;
      readonly limits: TextLimits;
    }
  | {
      readonly kind: 'learn';
      readonly plan: TokenizerPlan;
      readonly counts: ReadonlyMap<string, number>;
      readonly size: number;
    }
  | {
      readonly kind: 'show';
      readonly folder: string;
      readonly sequences: readonly (readonly number[])[];
    }
  | { readonly kind: 'counts'; readonly folder: string; readonly texts: readonly string[] }
  | { readonly kind: 'measure'; readonly folder: string; readonly texts: readonly string[] }
  | { readonly kind: 'languages'; readonly texts: readonly string[] }
  | { readonly kind: 'tokens'; readonly folder: string; readonly text: string };

/** A row that is right, in tokens, with hashes by which repetitions are found. */
export type RightRow = {
  /** What goes on of it: the row in canonical form, or each piece of a text as one. */
  readonly parts: readonly SpooledRow[];
  /** Whether control tokens are written out in it. */
  readonly hasControl: boolean;
  /** Of all that the row says, of the prompt, of it in plain words, of the group that the line names or else the normalised text it is grouped by, and of the answer. */
  readonly hashes: Readonly<Record<'both' | 'prompt' | 'plain' | 'group' | 'answer', number>> & {
    /** Of all before the answer, where there is one right answer. */
    readonly asked: number | undefined;
  };
  readonly likeness: Likeness;
  /** What personal data it holds, or held. */
  readonly personal: readonly PersonalKind[];
};

/** What was read of a line. */
export type LineRead = {
  readonly number: number;
  readonly issues: readonly RowIssue[];
  /** Whether its texts were mended. */
  readonly isMended?: boolean | undefined;
  /** Absent where an issue is an error, or the row is left out for its length. */
  readonly right?: RightRow;
  /** Of a row that is too long as it stands. */
  readonly long?: LongRow;
};

/** What was read of some lines, in their order: of each line, or of a run of them. */
export type RowsRead = readonly (LineRead | PlainRun)[];

/** A row that is too long, whether it is cut, split or left out. */
export type LongRow = {
  /** Of its longest sequence, and how many of them its tools take. */
  readonly tokens: number;
  readonly tools: number;
  /** What it would lose at which length; what is kept of it would lose the second. */
  readonly cuts: readonly Cut[];
  readonly keptCuts: readonly Cut[];
  readonly effects: readonly LengthEffect[];
  /** Which of its tokens are cut: of the first such row of some lines that is cut, and of the first that is left out. */
  readonly marked?: MarkedRow;
};
