import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import type {
  DataWorkInputs,
  DataWorkKind,
  DataWorkProgress,
} from '@lathe/contracts/record/data-work';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { RowThreads } from './rows/rows.ts';
import type { IngestSettings } from './settings.ts';

/** One question to a model that writes. */
export type ModelQuestion = {
  readonly project: string;
  readonly model: string;
  /** Server that is asked; undefined: Lathe's own evaluators. */
  readonly url: string | undefined;
  readonly prompt: string;
  /** JSON Schema that the answer keeps to. */
  readonly schema: Record<string, unknown>;
  readonly maxTokens: number;
};

/** Asks a model, always with the same seed and without chance. Throws a LatheError that says why there is no answer. */
export type AskModel = (
  question: ModelQuestion,
  asking: { readonly signal: AbortSignal; readonly progress: () => void },
) => Promise<string>;

/** What a piece of data work may use. */
export type DataPorts = Pick<Records, 'files' | 'models'> & {
  readonly artifacts: ArtifactStore;
  readonly modelFolders: readonly string[];
  readonly settings: IngestSettings;
  readonly rowThreads: RowThreads;
  readonly askModel: AskModel;
  readonly log: Logger;
  readonly now: () => number;
  readonly project: string;
  /** Names this attempt. */
  readonly attempt: string;
  /** Where in the store the objects of this attempt lie; all that the record does not name goes at its end. */
  readonly prefix: string;
  /** The id for a file that the work makes: the same at every attempt, so that it is made once. */
  readonly fileId: string;
  /** Local folder of this attempt, removed at its end. */
  readonly workFolder: string;
  /** Aborted when the work was cancelled or erased, at shutdown, and when it went to another ingest. */
  readonly signal: AbortSignal;
  /** Says that something moved, and how far it is: to be called often. */
  readonly progress: (change?: Partial<DataWorkProgress>) => void;
};

/** What an attempt made: objects under its prefix by name, and files, whose records are stored with the end. */
export type DataOutcome = {
  readonly objects: Readonly<Record<string, ObjectRef>>;
  readonly files: readonly FileRecord[];
};

/**
 * Does data work of one kind. It may be begun again at any time, and by two at once: then one of them counts. Throws
 * what the API may tell of a failure that no retry can cure; anything else is tried again.
 */
export type DataRun<Kind extends DataWorkKind> = (
  input: DataWorkInputs[Kind],
  ports: DataPorts,
) => Promise<DataOutcome>;
