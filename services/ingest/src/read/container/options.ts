import type { FileHandle } from 'node:fs/promises';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { OpenTable } from '@lathe/row-reader/table-reader';
import type { ToldChoices } from '../told.ts';
import type { Budget, ContainerLimits } from './limits.ts';
import type { SplitName, Wanted } from './split-names.ts';

/** Something that is worth saying of a file beside its rows, by line (0: none) and name in an archive. */
export type Note = {
  readonly number: number;
  readonly member?: string;
  readonly rule: string;
  readonly message: string;
};

/** Opens an upload as the file of the local disk that it is; null where it is gone. */
export type OpenStored = () => Promise<FileHandle | null>;

/** What opens an object of a store; undefined where objects are no files of this machine. */
export function openerOf({ open }: ArtifactStore, key: string): OpenStored | undefined {
  return open && (() => open(key));
}

/** How an upload is read. */
export type ContainerOptions = {
  /** Whose file it is, for errors. */
  readonly param: string;
  /** What the upload is called: a hint where contents leave open what they are. */
  readonly name?: string;
  /** Only of one that is stored as a file of the local disk. */
  readonly openStored?: OpenStored | undefined;
  /** The job's own folder: what must be read in any order lies there meanwhile. */
  readonly folder: string;
  readonly limits: ContainerLimits;
  readonly wanted?: Wanted;
  readonly tell: (note: Note) => void;
  /** Told of each split that has rows which are not wanted. */
  readonly onSplit?: (split: SplitName) => void;
  /** Told, before the first row, what files are called and lists in them, where that could be labels. */
  readonly onTold?: (choices: ToldChoices) => void;
  /** Called while bytes are read of which no row has come yet, so that the work is not taken for dead. */
  readonly alive?: () => void;
  readonly signal?: AbortSignal;
  /** What reads tables in C; they are read in JavaScript without it. */
  readonly openTable?: OpenTable | undefined;
};

/** What readers of one file are given. */
export type RowSink = {
  readonly maxLineBytes: number;
  readonly textRowBytes: number;
  readonly wanted: Wanted;
  readonly tell: (note: Note) => void;
  readonly onSplit: (split: SplitName) => void;
  readonly openTable?: OpenTable | undefined;
};

/** An upload while it is read. */
export type Reading = {
  readonly options: ContainerOptions;
  readonly budget: Budget;
  /** What was told of one of its files, and need not be of the others. */
  readonly told: Set<string>;
};
