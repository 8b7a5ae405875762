import type { Finding } from '@lathe/contracts/artifact/dataset';
import type { OpenTable } from '@lathe/row-reader/table-reader';
import type { Findings } from './check/findings.ts';
import type { Reading } from './lesson/lesson.ts';
import { readContainer, readUploads, type Upload } from './read/container/open-container.ts';
import type { ContainerOptions } from './read/container/options.ts';
import type { SplitName, Wanted } from './read/container/split-names.ts';
import type { LineGroup } from './read/lines.ts';
import { isTold, type ToldChoices, type ToldName } from './read/told.ts';
import type { IngestSettings } from './settings.ts';

export type Uploads = {
  readonly param: Finding['file'];
  /** One, or several that are read together. */
  readonly uploads: readonly Upload[];
  readonly wanted: Wanted;
};

export type UploadPorts = {
  readonly settings: IngestSettings;
  readonly findings: Findings;
  /** Local folder for files that must be read in any order. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  /** Called while no line has been read yet. */
  readonly alive: () => void;
  /** What reads tables in C; they are read in JavaScript without it. */
  readonly openTable?: OpenTable | undefined;
};

/** The lines of uploads while they are read, with what is known of them by then. */
export type OpenUploads = {
  readonly lines: AsyncGenerator<LineGroup>;
  /** Splits with rows that are not wanted. */
  readonly splits: ReadonlySet<SplitName>;
  /** What names of files and lists could be labels; known from the first line on. */
  readonly told: () => ToldChoices;
};

/** Begins to read one upload, or several together; notes about them become findings. */
export function openUploads(
  { param, uploads, wanted }: Uploads,
  { findings, workFolder, settings, alive, signal, openTable }: UploadPorts,
): OpenUploads {
  const splits = new Set<SplitName>();
  let told: ToldChoices = {};
  const options: ContainerOptions = {
    ...{ param, folder: workFolder, limits: settings, wanted, alive, signal, openTable },
    tell: ({ number, ...note }) => {
      // Which files are left out, and how the whole is written, was told when the rows to train on were read.
      const wasTold = note.rule === 'file-left-out' || note.member === undefined;
      if (wanted === 'validation' && wasTold) return;
      findings.add({ file: param, line: number, path: '', ...note, level: 'warn' });
    },
    onSplit: (split) => splits.add(split),
    onTold: (choices) => {
      told = choices;
    },
  };
  const [only] = uploads;
  const lines =
    uploads.length === 1 && only !== undefined
      ? readContainer(only.read(), { ...options, name: only.name, openStored: only.openStored })
      : readUploads(uploads, options);
  return { lines, splits, told: () => told };
}

/** Names that are told. */
const mostNamed = 20;

/** Says which labels are no part of the rows. */
export function tellNames(
  reading: Reading | undefined,
  choices: ToldChoices,
  findings: Findings,
): void {
  for (const column of Object.values(reading?.columns ?? {}).flat()) {
    if (!isTold(column)) continue;
    const of = column === '@file' ? 'files' : 'lists in the file';
    const names = (choices[column as ToldName] ?? []).slice(0, mostNamed).join(', ');
    findings.add({
      ...{ file: 'training_file', line: 0, path: '', level: 'warn', rule: 'label-of-name' },
      message: `the labels are what the ${of} are called${names === '' ? '' : `: ${names}`}`,
    });
  }
}
