import type { DatasetManifest, DatasetReport } from '@lathe/contracts/artifact/dataset';
import type { JobRecord, ResolvedSettings } from '@lathe/contracts/job/record';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Findings } from '../check/findings.ts';
import type { Wish } from '../lesson/decide.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Spool } from '../read/spool.ts';
import type { ReadRows } from '../read-file.ts';
import type { ReadProgress } from '../read-progress.ts';
import type { Rows } from '../rows/rows.ts';
import type { IngestSettings } from '../settings.ts';

export type PipelineInput = {
  readonly job: Pick<
    JobRecord,
    | 'id'
    | 'project'
    | 'seed'
    | 'model'
    | 'method'
    | 'hyperparameters'
    | 'options'
    | 'start'
    | 'grader'
  >;
  /** Whether rows may say the method: in inspections that name none. */
  readonly isMethodOpen?: boolean | undefined;
  /** Makes this attempt's folder in the store its own. */
  readonly attempt: string;
  readonly trainingFile: FileRecord;
  /** Read together with the training file. */
  readonly moreFiles: readonly FileRecord[];
  readonly validationFile: FileRecord | null;
  readonly model: BaseModel;
};

export type PipelinePorts = {
  readonly artifacts: ArtifactStore;
  readonly rows: Rows;
  readonly findings: Findings;
  readonly settings: IngestSettings;
  /** Texts lose the characters that no text has before they are looked at. */
  readonly mend?: boolean;
  /** Local folder for rows that wait; emptied by the caller. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  /** Says that something moved, and while files are read how far it is. */
  readonly progress: (at?: ReadProgress) => void;
};

export type Dataset = {
  readonly manifestKey: string;
  readonly manifest: DatasetManifest;
  readonly report: DatasetReport;
  readonly settings: ResolvedSettings;
};

/** A dataset that was made of files just now, and the examples of an epoch. */
export type WrittenDataset = Dataset & { readonly examples: number };

/** One file as it was read: its rows wait in the spool. */
export type FileRead = { readonly spool: Spool; readonly rows: ReadRows };

/** What was read of a job's files, whether it is right or not. */
export type FilesRead = {
  /** As it goes on: with what its own options make of its start. */
  readonly job: PipelineInput['job'];
  readonly wish: Wish;
  readonly model: BaseModel;
  readonly training: FileRead;
  readonly validation: FileRead | null;
  /** Longest row in tokens. */
  readonly maxTokens: number;
};
