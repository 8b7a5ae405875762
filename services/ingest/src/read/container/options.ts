import type { ContainerLimits } from './limits.ts';
import type { SplitName } from './split-names.ts';

/** Something that is worth saying of a file beside its rows, by line (0: none) and name in an archive. */
export type Note = {
  readonly number: number;
  readonly member?: string;
  readonly rule: string;
  readonly message: string;
};

/** How an upload is read. */
export type ContainerOptions = {
  /** Whose file it is, for errors. */
  readonly param: string;
  /** What the upload is called: a hint where contents leave open what they are. */
  readonly name?: string;
  readonly limits: ContainerLimits;
  /** Which rows are wanted of a file that holds several splits. */
  readonly split?: 'train' | 'validation';
  readonly tell: (note: Note) => void;
};

/** What readers of one text are given. */
export type RowSink = {
  readonly maxLineBytes: number;
  /** Whether rows of a split are wanted, by the name that it stands under; what is not is counted and told. */
  readonly wants: (split: SplitName | undefined, name: string, line: number) => boolean;
  readonly tell: (note: Note) => void;
};
