import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Findings } from './check/findings.ts';
import type { CleanedRow, FileCleaning, KindOfRows } from './clean/file-cleaning.ts';
import type { Relation } from './clean/relations.ts';
import type { Lesson } from './lesson/lesson.ts';
import type { Line } from './read/lines.ts';
import type { Spool } from './read/spool.ts';
import { parseRow } from './row-json.ts';
import type { GrowingNumbers } from './row-numbers.ts';
import { bothOf, comingRowsOf, PlainRows, type PlainRun, without } from './rows/plain-run.ts';
import type { RightRow } from './rows/row-task.ts';
import type { FileName, Survey, SurveyedRow } from './tasks/survey.ts';
import { taskWork } from './tasks/tasks.ts';

/** The right rows of a file, on their way to the spool. */
export type AcceptedRows = {
  /** Takes a row, of which the file of an archive is told where there is one. */
  add(line: number, right: RightRow, of: Pick<Line, 'member'>): Promise<void>;
  /** Takes a run of rows, whose files of an archive are told from that place on. */
  addRun(run: PlainRun, members: readonly (string | undefined)[], from: number): Promise<void>;
};

/** What is noted of each row that is kept. */
type Noted = {
  readonly [Name in
    | 'lengths'
    | 'lines'
    | 'numbers'
    | 'prompts'
    | 'answers'
    | 'groups']: GrowingNumbers;
} & { readonly members: { push(name: string | undefined): void } };

/** Counts of rows, which grow. */
type Counts = { duplicates: number; readonly repeated: Set<number>; supervised: number };

type AcceptPorts = {
  readonly spool: Spool;
  readonly findings: Findings;
  readonly cleaning: FileCleaning;
  readonly survey: Survey;
  /** Of the rows to train on, where those of another file score them. */
  readonly scored: FileCleaning | undefined;
};

/** Cleans right rows, takes note of them, and puts those that are kept into the spool. */
export function acceptRows(
  { lesson, param }: { readonly lesson: Lesson; readonly param: FileName },
  { noted, counts }: { readonly noted: Noted; readonly counts: Counts },
  { spool, findings, cleaning, survey, scored }: AcceptPorts,
): AcceptedRows {
  const kind: KindOfRows = {
    isTold: lesson.rows === 'labelled' || lesson.rows === 'tagged',
    sharesContext: lesson.rows === 'question',
  };
  const { count, countRun } = taskWork[lesson.task];

  /** What a row has in common with others; undefined where it is left out. */
  const place = (
    row: CleanedRow & { readonly prompt: number },
    member: string | undefined,
  ): Relation | undefined => {
    const { line } = row;
    const { relation, isDropped, findings: found } = cleaning.add(row, kind);
    scored?.relations.meet(row);
    const tell = isDropped ? findings.addLeftOut : findings.add;
    for (const finding of found) tell({ file: param, line, ...memberOf(member), ...finding });
    if (relation.repeats !== undefined) counts.duplicates++;
    if (isDropped) return undefined;
    if (relation.repeats !== undefined) counts.repeated.add(relation.number);
    if (survey.add === undefined) return relation;
    const said = survey.add(surveyed(row, param));
    for (const finding of said) findings.add({ ...finding, ...memberOf(member) });
    // It has other columns than those before it, and no shard holds both; the file is refused when it is read to its end.
    return said.some(({ level }) => level === 'error') ? undefined : relation;
  };
  const note = (
    { number, cluster }: Relation,
    { line, group, answer }: Pick<CleanedRow, 'line' | 'group' | 'answer'>,
    { tokens, member }: { readonly tokens: number; readonly member: string | undefined },
  ): void => {
    noted.lengths.push(tokens);
    noted.lines.push(line);
    noted.members.push(member);
    noted.numbers.push(number);
    noted.prompts.push(group);
    noted.answers.push(answer);
    noted.groups.push(cluster);
  };

  return {
    async add(line, { parts, hashes, ...right }, { member }) {
      const row = { ...right, ...hashes, line, row: rowOf(parts, line) };
      const relation = place(row, member);
      if (relation === undefined) return;
      for (const part of parts) {
        const tokens = part.examples.reduce((sum, example) => sum + example.tokens.length, 0);
        note(relation, row, { tokens, member });
        counts.supervised += count(part.examples);
        await spool.add(part);
      }
    },
    async addRun(run, members, from) {
      const row = new PlainRows(run);
      const leftOut = new Set<number>();
      const rows = comingRowsOf(run);
      cleaning.relations.expect(rows, bothOf(run));
      scored?.relations.expectMet(rows);
      for (let at = 0; row.next(); at++) {
        const member = members[from + at];
        const relation = place(row, member);
        if (relation === undefined) leftOut.add(at);
        else {
          note(relation, row, { tokens: row.tokens, member });
          if (countRun === undefined) counts.supervised += count([row.example()]);
        }
      }
      for (const kept of leftOut.size === 0 ? [run] : without(run, leftOut)) {
        if (countRun !== undefined) counts.supervised += countRun(kept);
        await spool.addRun(kept);
      }
    },
  };
}

/** The row that parts are of, read when it is asked for: few rows are looked at for more than their hashes. */
function rowOf([first]: RightRow['parts'], line: number): () => CanonicalRow {
  // A text without a piece says nothing.
  return () =>
    first === undefined ? { kind: 'text', line, part: 0, text: '' } : parseRow(first.json);
}

function surveyed(row: CleanedRow & { readonly prompt: number }, file: FileName): SurveyedRow {
  const { prompt, answer } = row;
  let read: CanonicalRow | undefined;
  return {
    ...{ file, prompt, answer },
    get row() {
      read ??= row.row();
      return read;
    },
  };
}

function memberOf(member: string | undefined): { readonly member?: string } {
  return member === undefined ? {} : { member };
}
