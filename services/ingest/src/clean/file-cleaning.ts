import type { CanonicalRow, CleaningReport, Finding } from '@lathe/contracts/artifact/dataset';
import type { CleaningOptions } from '@lathe/contracts/http/cleaning';
import type { BandSlots } from '@lathe/row-reader/band-slots';
import {
  createLanguageSample,
  type LanguageCounts,
  type LanguageSample,
} from './language-sample.ts';
import type { PersonalKind } from './personal-kinds.ts';
import { createRelations, type RelatedRow, type Relation, type Relations } from './relations.ts';

/** What is known of a right row. */
export type CleanedRow = RelatedRow & {
  readonly row: () => CanonicalRow;
  readonly personal: readonly PersonalKind[];
  readonly hasControl: boolean;
};

/** What is known of all rows of a lesson. */
export type KindOfRows = {
  /** Whether what the rows contradict is told by the task. */
  readonly isTold: boolean;
  /** Whether rows are alike by a context that several ask about, so that likeness says nothing of what they ask. */
  readonly sharesContext: boolean;
};

/** A row's place among the others, or why it is left out. */
type Cleaned = {
  readonly relation: Relation;
  readonly isDropped: boolean;
  readonly findings: readonly Omit<Finding, 'file' | 'line'>[];
};

type Counts = {
  exact: number;
  near: number;
  dropped: number;
  conflicts: number;
  redacted: number;
  controlStrings: number;
};

/** What is counted while the rows of one file are read. */
export type FileCleaning = {
  readonly relations: Relations;
  add(row: CleanedRow, kind: KindOfRows): Cleaned;
  readonly counts: Readonly<Counts>;
  readonly personal: ReadonlyMap<PersonalKind, number>;
  readonly sample: LanguageSample;
  /** Of the sample, once it was looked at. */
  languages: LanguageCounts;
};

const warning = (rule: string, message: string): Omit<Finding, 'file' | 'line'> => ({
  ...{ path: '', rule, message },
  level: 'warn',
});

const none: Cleaned['findings'] = [];

/** Counts for the rows of a file; the folder, which is there, keeps numbers of each. */
export function createFileCleaning(
  options: CleaningOptions,
  folder: string,
  bandSlots?: BandSlots,
): FileCleaning {
  const relations = createRelations(folder, bandSlots);
  const counts: Counts = {
    ...{ exact: 0, near: 0, dropped: 0 },
    ...{ conflicts: 0, redacted: 0, controlStrings: 0 },
  };
  const personal = new Map<PersonalKind, number>();
  const sample = createLanguageSample();
  return {
    ...{ relations, counts, personal, sample },
    languages: [],
    add(row, kind) {
      sample.add(row.row, row.both);
      const relation = relations.add(row);
      const { repeats, contradicts } = relation;
      const resembles = kind.sharesContext ? undefined : relation.resembles;
      for (const kind of row.personal) personal.set(kind, (personal.get(kind) ?? 0) + 1);
      if (row.personal.length > 0 && options.personal_data === 'redact') counts.redacted++;
      if (row.hasControl) counts.controlStrings++;
      if (repeats !== undefined) counts.exact++;
      if (resembles !== undefined) counts.near++;
      const before = repeats ?? resembles;
      const isDropped = options.duplicates === 'drop' && before !== undefined;
      if (isDropped) counts.dropped++;
      // Of most rows nothing is found.
      if (before === undefined && contradicts === undefined)
        return { relation, isDropped, findings: none };
      const findings: Omit<Finding, 'file' | 'line'>[] = [];
      const like = repeats === undefined ? 'nearly says' : 'says';
      if (isDropped)
        findings.push(
          warning('duplicate', `the row ${like} what line ${before} says; it was left out`),
        );
      else if (resembles !== undefined)
        findings.push(warning('near-duplicate', `the row nearly says what line ${resembles} says`));
      if (contradicts !== undefined) {
        counts.conflicts++;
        const message = `the row asks what line ${contradicts} asks, with another answer`;
        if (!kind.isTold) findings.push(warning('conflict', message));
      }
      return { relation, isDropped, findings };
    },
  };
}

/** What the report says of both files together. */
export function cleaningReport(
  files: readonly FileCleaning[],
  contamination: CleaningReport['contamination'],
): CleaningReport {
  const sum = (name: keyof Counts) => files.reduce((all, { counts }) => all + counts[name], 0);
  const personal = new Map<PersonalKind, number>();
  for (const file of files)
    for (const [kind, rows] of file.personal) personal.set(kind, (personal.get(kind) ?? 0) + rows);
  return {
    duplicates: {
      ...{ exact: sum('exact'), near: sum('near'), dropped: sum('dropped') },
      isComplete: files.every(({ relations }) => relations.isComplete()),
    },
    conflicts: sum('conflicts'),
    contamination,
    personalData: [...personal].map(([kind, rows]) => ({ kind, rows })),
    redacted: sum('redacted'),
    controlStrings: sum('controlStrings'),
    ...(files.some(({ languages }) => languages.length > 0) && {
      languages: files.flatMap(({ languages }, at) =>
        languages.map((each) => ({
          side: at === 0 ? ('training' as const) : ('validation' as const),
          ...each,
        })),
      ),
    }),
  };
}
