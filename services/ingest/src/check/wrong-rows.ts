import type { Finding } from '@lathe/contracts/artifact/dataset';
import { unreadRule } from '../read/lines.ts';
import type { Findings } from './findings.ts';

/** The findings of rows with errors, until it is known whether these are few enough to go on without. */
export type WrongRows = {
  /** What was found of a row: with an error it is wrong. A file that is not read on has too many of them, whatever their share. */
  add(found: readonly Finding[]): void;
  /** Once all rows are read: of few wrong ones the errors become warnings, for they are left out; of more they are errors. */
  judge(rows: number): void;
};

/** Findings that are kept at most: of more rows than have these, no share is small. */
const mostKept = 10_000;

/** Wrong rows of a file, of which such a share may be left out. */
export function createWrongRows(findings: Findings, share: number): WrongRows {
  const kept: Finding[] = [];
  let wrong = 0;
  let areTooMany = share === 0;
  const tell = (): void => {
    areTooMany = true;
    for (const finding of kept.splice(0)) findings.add(finding);
  };
  return {
    add(found) {
      const isWrong = found.some(({ level }) => level === 'error');
      if (isWrong) wrong++;
      if (found.some(({ rule }) => rule === unreadRule)) tell();
      if (isWrong && !areTooMany) kept.push(...found);
      else for (const finding of found) findings.add(finding);
      if (kept.length > mostKept) tell();
    },
    judge(rows) {
      if (wrong > share * rows) tell();
      for (const finding of kept.splice(0)) {
        const { message, level } = finding;
        if (level === 'warn') findings.add(finding);
        else
          findings.addLeftOut({
            ...finding,
            ...{ message: `${message}; the row was left out`, level: 'warn' },
          });
      }
    },
  };
}
