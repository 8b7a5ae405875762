import { join } from 'node:path';
import type { Detection } from '@lathe/contracts/artifact/detection';
import type { Insight } from '@lathe/contracts/artifact/insight';
import { LatheError } from '@lathe/contracts/error';
import type { CleaningOptions } from '@lathe/contracts/http/cleaning';
import { createBreather } from '@lathe/platform/breather';
import { acceptRows } from './accepted-rows.ts';
import { createWrongRows } from './check/wrong-rows.ts';
import { createFileCleaning, type FileCleaning } from './clean/file-cleaning.ts';
import { placedKinds } from './clean/personal-row.ts';
import { requireMeaning } from './fit/length-policy.ts';
import { createLongRows } from './fit/long-rows.ts';
import { type RowRoom, roomOf } from './fit/row-room.ts';
import { allKept, decideLesson, type Shape, settingsOf, type Wish } from './lesson/decide.ts';
import { canonicalKind, type FileKind, type Lesson, type RowsKind } from './lesson/lesson.ts';
import { fittingKinds, usableKinds } from './lesson/task-rows.ts';
import {
  type OpenUploads,
  openUploads,
  tellNames,
  type UploadPorts,
  type Uploads,
} from './open-uploads.ts';
import { CutSums } from './pack/cuts.ts';
import type { KeptRow } from './pack/shown-rows.ts';
import type { SplitName } from './read/container/split-names.ts';
import { type Line, type LineGroup, linesOf } from './read/lines.ts';
import type { Spool } from './read/spool.ts';
import type { ToldChoices } from './read/told.ts';
import { createRowNumbers, type GrowingNumbers, type Numbers } from './row-numbers.ts';
import { inBatches } from './rows/line-batches.ts';
import { giveBack } from './rows/packed-reads.ts';
import type { Rows } from './rows/rows.ts';
import type { IngestSettings } from './settings.ts';
import type { Survey } from './tasks/survey.ts';
import { taskWork } from './tasks/tasks.ts';

export type FileToRead = Uploads & {
  readonly wish: Wish;
  /** What the rows must teach, with what is known of it from other rows; found out when absent. */
  readonly known?:
    | { readonly lesson: Lesson; readonly survey: Survey; readonly cleaning: FileCleaning }
    | undefined;
};

export type ReadPorts = UploadPorts & {
  readonly spool: Spool;
  /** Local folder of this file alone, which is there, for numbers of its rows; emptied by the caller once they are not asked for. */
  readonly rowFolder: string;
  readonly rows: Rows;
  /** Longest row in tokens. */
  readonly maxTokens: number;
  /** Of prompts, which a model answers. */
  readonly prompts: RowRoom;
  /** Tokens of the pieces that texts are cut into. */
  readonly pieceTokens: number;
  readonly cleaning: CleaningOptions;
  /** Texts lose the characters that no text has before they are looked at. */
  readonly mend?: boolean | undefined;
  /** Called while lines are read, with how many more were. */
  readonly progress: (rows: number) => void;
};

/** What is known of each spooled row (of a text, each piece), by its index in the spool: numbers that wait on disk. */
export type ReadRows = {
  readonly lesson: Lesson;
  readonly survey: Survey;
  /** What the file was taken for. */
  readonly detection?: Detection | undefined;
  /** Splits of the file with rows that were not wanted. */
  readonly splits: ReadonlySet<SplitName>;
  /** Lines with something on them. */
  read: number;
  /** Rows that repeat an earlier prompt and (better) answer. */
  duplicates: number;
  /** Their numbers, where they are not left out. */
  readonly repeated: Set<number>;
  /** Rows that lost characters that no text has. */
  mended: number;
  supervised: number;
  /** Tokens of all of its sequences. */
  readonly lengths: Numbers;
  /** The line that each came from. */
  readonly lines: Numbers;
  readonly members: Pick<readonly (string | undefined)[], 'at'>;
  /** The number of the row, which pieces of a text share. */
  readonly numbers: Numbers;
  /** Hash of the group that it names or else of its normalised prompt, and of the answer. */
  readonly prompts: Numbers;
  readonly answers: Numbers;
  /** What is kept on one side of the split: groups, and rows that are nearly the same. */
  readonly groups: Numbers;
  readonly cleaning: FileCleaning;
  /** What the rows that are cut or left out for their length would lose, if all were cut, beyond what is kept of them. */
  readonly tooLong: CutSums;
  /** What each policy makes of rows that are too long. */
  policies?: Insight['tooLong'];
  /** As they stand in the file: the first row that is cut for its length, and the first that is left out. */
  readonly cutRows: KeptRow[];
};

/**
 * Reads a file line by line: every row that is right goes to the spool in tokens, every one that is
 * not becomes findings. Memory does not grow with the file, but for what finds rows again that came before. Throws
 * `invalid_file_format` only for a file of another kind, an empty or an endless one.
 */
export async function readTrainingFile(file: FileToRead, ports: ReadPorts): Promise<ReadRows> {
  const { lines, splits, told } = openUploads(file, {
    ...ports,
    openTable: ports.rows.finders?.openTable,
  });
  try {
    return { ...(await readRows(file, { lines, told }, ports)), splits };
  } finally {
    // A file that is refused by its first lines is closed all the same.
    await lines.return(undefined);
  }
}

type ReadSoFar = Omit<ReadRows, 'splits'>;

async function readRows(
  file: FileToRead,
  { lines, told }: Pick<OpenUploads, 'lines' | 'told'>,
  ports: ReadPorts,
): Promise<ReadSoFar> {
  const { settings, findings, signal } = ports;
  const { sample, groups } = await takeSample(lines, settings);
  const { param, known, wish } = file;
  const { lesson, shape } = await lessonOf(file, { lines: sample, told: told() }, ports);
  if (known === undefined) tellNames(lesson.reading, told(), findings);
  await ports.rows.open(lesson);
  const survey = known?.survey ?? taskWork[lesson.task].survey(lesson, settingsOf(lesson, wish));
  const numbersOf = (name: string) => createRowNumbers(join(ports.rowFolder, name));
  const numbers = {
    lengths: numbersOf('lengths'),
    lines: numbersOf('lines'),
    numbers: numbersOf('numbers'),
    prompts: numbersOf('prompts'),
    answers: numbersOf('answers'),
    groups: numbersOf('groups'),
  };
  const members = createMembers(numbersOf('members'));
  const rows: ReadSoFar = {
    ...{ lesson, survey, detection: shape.detection },
    read: 0,
    duplicates: 0,
    repeated: new Set(),
    mended: 0,
    supervised: 0,
    ...{ ...numbers, members },
    cleaning: createFileCleaning(ports.cleaning, ports.rowFolder, ports.rows.finders?.bandSlots),
    tooLong: new CutSums(),
    cutRows: [],
  };
  const { wrong_rows_share: asked, too_long: policy } = wish.data ?? {};
  const wrong = createWrongRows(findings, asked ?? settings.wrongShare);
  const share = asked ?? settings.longShare;
  if (policy !== undefined) requireMeaning(policy, canonicalKind(lesson));
  const room = roomOf(lesson, ports);
  const long = createLongRows({ policy, share, file: param }, { ...ports, ...room });

  const accepted = acceptRows(
    { lesson, param },
    { noted: { ...numbers, members }, counts: rows },
    { ...ports, survey, cleaning: rows.cleaning, scored: known?.cleaning },
  );

  const { maxTokens } = room;
  const { pieceTokens } = ports;
  const personal = {
    mode: ports.cleaning.personal_data ?? 'report',
    allowed: ports.cleaning.allowed ?? [],
  };
  if (personal.mode === 'redact' && placedKinds.includes(lesson.rows))
    throw unredactable(lesson.rows);
  const { mend } = ports;
  const limits = {
    ...{ ...settings, maxTokens, pieceTokens, personal, tooLong: policy },
    ...(mend && { mend }),
  };
  const breathe = createBreather();
  for await (const { lines: batch, members: names } of inBatches(chain(groups, lines))) {
    rows.read += names.length;
    if (rows.read > settings.maxRows) throw tooManyRows(file.param, settings.maxRows);
    const read = await ports.rows.read(lesson, batch, { limits, errors: findings.errors() });
    let at = 0;
    for (const each of read) {
      await breathe();
      signal.throwIfAborted();
      if ('facts' in each) {
        ports.progress(each.lengths.length);
        await accepted.addRun(each, names, at);
        at += each.lengths.length;
        continue;
      }
      ports.progress(1);
      const { number, issues, isMended, right, long: found } = each;
      const of = memberOf(names[at++]);
      wrong.add(issues.map((issue) => ({ file: file.param, line: number, ...of, ...issue })));
      if (right !== undefined) await accepted.add(number, right, of);
      if (isMended === true && right !== undefined) rows.mended++;
      if (found === undefined) continue;
      long.add({ line: number, ...of, isLeftOut: right === undefined, ...found });
      rows.tooLong.add(found.cuts);
      rows.tooLong.remove(found.keptCuts);
      const which = right === undefined ? 'left_out' : 'cut';
      if (found.marked && !rows.cutRows.some((row) => row.which === which))
        rows.cutRows.push({ which, line: number, ...found.marked });
    }
    giveBack(read);
  }
  wrong.judge(rows.read);
  long.judge(rows.read);
  return { ...rows, policies: long.told() };
}

/** What a file teaches by its first lines. Throws what detecting and deciding throw. */
export async function lessonOf(
  { param, known, wish }: Pick<FileToRead, 'param' | 'known' | 'wish'>,
  looked: { readonly lines: readonly Line[]; readonly told: ToldChoices },
  { rows, settings }: Pick<ReadPorts, 'rows' | 'settings'>,
): Promise<{ readonly lesson: Lesson; readonly shape: Shape }> {
  const fits = known === undefined ? fittingKinds(wish) : [lineKind(known.lesson.rows)];
  const usable = usableKinds(wish.learner.architecture);
  const before = known?.lesson.reading;
  const sample = { ...looked, param, fits, usable, data: wish.data, before };
  const shape = await rows.detect(sample, settings);
  // A validation file may be written in another way.
  const lesson =
    known === undefined
      ? decideLesson(shape, wish, param)
      : {
          ...known.lesson,
          reading: shape.reading && { ...shape.reading, ...allKept(known.lesson) },
        };
  requireAgreement(lesson, shape.kind, param);
  return { lesson, shape };
}

/** The lines that a file is known by, and the groups that were read to have them. */
export async function takeSample(
  lines: AsyncGenerator<LineGroup>,
  { sampleRows, sampleBytes }: IngestSettings,
): Promise<{ readonly sample: readonly Line[]; readonly groups: readonly LineGroup[] }> {
  const sample: Line[] = [];
  const groups: LineGroup[] = [];
  let bytes = 0;
  const isEnough = () => sample.length >= sampleRows || bytes >= sampleBytes;
  while (!isEnough()) {
    const next = await lines.next();
    if (next.done === true) break;
    groups.push(next.value);
    for (const line of linesOf(next.value)) {
      if (isEnough()) break;
      sample.push(line);
      bytes += 'bytes' in line ? line.bytes.length : 0;
    }
  }
  return { sample, groups };
}

/** The first lines, then the others. */
export async function* chain(
  first: readonly LineGroup[],
  rest: AsyncGenerator<LineGroup>,
): AsyncGenerator<LineGroup> {
  yield* first;
  yield* rest;
}

/** What lines that are read so look like. */
function lineKind(rows: RowsKind): FileKind {
  return rows === 'prompt' ? 'chat' : rows;
}

function requireAgreement({ rows }: Lesson, kind: FileKind, param: string): void {
  if (kind === lineKind(rows)) return;
  throw new LatheError(
    'invalid_file_format',
    `The validation file has ${kind} rows, but the training file has ${rows} rows.`,
    { param },
  );
}

function unredactable(kind: RowsKind): LatheError {
  return new LatheError(
    'invalid_value',
    `Rows of the kind ${kind} cannot be redacted, since their labels count places in the text: use report or refuse.`,
    { param: 'lathe.cleaning.personal_data' },
  );
}

/** The error of a file with more rows than that. */
export function tooManyRows(param: string, most: number): LatheError {
  return new LatheError('invalid_file_format', `The file has more than ${most} rows.`, { param });
}

/** Names of files, of which there are few, by the place of each. */
function createMembers(places: GrowingNumbers) {
  const names: (string | undefined)[] = [];
  const placeOf = new Map<string | undefined, number>();
  return {
    at: (index: number): string | undefined => names[places.at(index) ?? -1],
    push(name: string | undefined): void {
      const place = placeOf.get(name) ?? names.push(name) - 1;
      placeOf.set(name, place);
      places.push(place);
    },
  };
}

/** The file of an archive that a row is of. */
type MemberOf = { readonly member?: string };

function memberOf(member: string | undefined): MemberOf {
  return member === undefined ? {} : { member };
}
