import type { Finding } from '@lathe/contracts/artifact/dataset';
import { createFirstPlaces } from '../first-places.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { whyNothingHeldOut } from '../pack/held-out-reason.ts';
import { labelsOfOneGroup, largeHeldOut } from '../pack/split.ts';
import type { ReadRows } from '../read-file.ts';
import type { Numbers } from '../row-numbers.ts';
import type { PipelinePorts } from './ports.ts';

/** Warns of what is odd about the rows as a whole. */
export function warnOfRows(
  read: {
    training: ReadRows;
    validation: ReadRows | null;
    heldOut: Uint8Array | null;
    asked: number | undefined;
    answersUnasked: Lesson['answers'];
    /** Whether rows of both files are only told. */
    isReported: boolean;
  },
  { findings, settings }: PipelinePorts,
): void {
  const { training, validation } = read;
  const kept = training.lengths.length;
  const warn = (file: Finding['file'], rule: string, message: string) =>
    findings.add({ file, line: 0, path: '', rule, message, level: 'warn' });
  if (read.heldOut?.includes(1) && haveOneLabel(training.lesson))
    for (const row of labelsOfOneGroup(training))
      findings.add({
        ...{ file: 'training_file', line: training.lines.at(row) ?? 0, path: '' },
        rule: 'one-group',
        message:
          'the label of this row is in one group of rows only, so it is taught and never scored',
        level: 'warn',
      });
  if (read.heldOut !== null) tellLargeGroups(read.heldOut, read, { findings, settings });
  if (kept < settings.fewRows)
    warn(
      'training_file',
      'few-rows',
      `The file has ${kept} ${kept === 1 ? 'row' : 'rows'}; ${settings.fewRows} or more are advised`,
    );
  if (read.answersUnasked !== undefined)
    warn(
      'training_file',
      'labels-as-answers',
      `The model will write the labels, each as the ${read.answersUnasked === 'chat' ? 'answer in a chat' : 'completion of its text'}; for a classifier with scores of the labels give the task classification`,
    );
  for (const [file, rows] of [
    ['training_file', training],
    ['validation_file', validation],
  ] as const)
    if (rows !== null && rows.duplicates > 0)
      warn(
        file,
        'duplicates',
        rows.duplicates === 1
          ? '1 row repeats an earlier row'
          : `${rows.duplicates} rows repeat an earlier row`,
      );
  if (validation !== null) {
    const shared = sharedNumbers(training.prompts, validation.prompts);
    if (shared > 0 && read.isReported)
      warn(
        'validation_file',
        'overlap',
        `${shared} ${shared === 1 ? 'row has' : 'rows have'} a prompt that is in the training file too`,
      );
    if (read.asked !== undefined)
      warn(
        'training_file',
        'no-held-out',
        'held_out_share has no effect: the rows of the validation file are held out',
      );
  } else if (!read.heldOut?.includes(1)) {
    const why = whyNothingHeldOut({ ...settings, asked: read.asked, rows: kept });
    warn(
      'training_file',
      'no-held-out',
      `No rows are held out, so the tuned model will not be scored: ${why}`,
    );
  }
}

/** Names groups that are held out whole though they are more than twice what was to be held out. */
function tellLargeGroups(
  heldOut: Uint8Array,
  { training, asked }: { readonly training: ReadRows; readonly asked: number | undefined },
  { findings, settings }: Pick<PipelinePorts, 'findings' | 'settings'>,
): void {
  const all = heldOut.length;
  const most = Math.max(1, 2 * (asked ?? settings.heldOutShare) * all);
  for (const { row, rows } of largeHeldOut(training.groups, heldOut, most))
    findings.add({
      ...{ file: 'training_file', line: training.lines.at(row) ?? 0, path: '' },
      rule: 'large-group',
      message: `the group that begins with this row is held out whole, which is ${rows} of ${all} rows; to train on it give another seed, smaller groups or a validation file`,
      level: 'warn',
    });
}

/** How many numbers of the second are among the first. */
function sharedNumbers(first: Numbers, second: Numbers): number {
  const known = createFirstPlaces();
  for (const number of first) known.note(number, 0);
  let shared = 0;
  for (const number of second) if (known.get(number) !== undefined) shared++;
  return shared;
}

/** Whether each row's answer is one of some labels. */
export function haveOneLabel({ task, problem, answers }: Lesson): boolean {
  return answers !== undefined || (task === 'classification' && problem === 'single-label');
}
