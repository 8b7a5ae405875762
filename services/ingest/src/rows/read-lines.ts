import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { EncodedRow } from '@lathe/tokenizer/encoded-row';
import { checkKeys } from '../check/duplicate-keys.ts';
import { checkNumbers } from '../check/exact-numbers.ts';
import { mended } from '../check/mend.ts';
import { fail, isObject, nameOf, type RowIssue } from '../check/validate-message.ts';
import { askedOf, likenessOf } from '../clean/look.ts';
import { withoutPersonalData } from '../clean/personal-row.ts';
import { type Cutting, cuttingOf, type Fitted, longestOf, wholeOf } from '../fit/cutting.ts';
import { fitRow } from '../fit/fit-row.ts';
import { effectsOn } from '../fit/length-effects.ts';
import { markCut } from '../fit/mark-cut.ts';
import { convertTo, groupOf, identityOf, rowKind } from '../kinds/row-kinds.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { cutsOf } from '../pack/cuts.ts';
import { hash } from '../pack/split.ts';
import { plainPrompt } from '../plain-prompt.ts';
import { readAs, toldOfSource, withTold } from '../read/format/read-row.ts';
import type { Line } from '../read/lines.ts';
import { parseLine } from '../read/parse.ts';
import type { PlacedEncoder, RowEncoder } from '../render/row-encoder.ts';
import { createPlainReader } from './plain-rows.ts';
import { partsOf } from './row-parts.ts';
import type { LineRead, LongRow, RightRow, RowLimits, TextLimits } from './row-task.ts';

/** How lines are read, and how many errors were found before. */
type LineTask = {
  readonly lesson: Lesson;
  readonly limits: RowLimits;
  readonly errors: number;
};

/** Reads lines one after another: each is a row in tokens, or something is wrong with it. */
export function readLineRows(
  lines: readonly Line[],
  encoder: PlacedEncoder,
  task: LineTask,
): LineRead[] {
  return lines.map(createLineReader(encoder, task).read);
}

/** Reads one line after the other. */
type LineReader = {
  read(line: Line): LineRead;
  /** Whether there were so many errors that rows are only counted. */
  isCounting(): boolean;
};

/** A reader of lines that knows what was in those before. */
export function createLineReader(encoder: PlacedEncoder, task: LineTask): LineReader {
  const { lesson, limits } = task;
  let { errors } = task;
  const isCounting = (): boolean => errors > limits.tokenizedErrors;
  const readPlain = createPlainReader(encoder, task);
  const marked = new Set<'cut' | 'left_out'>();
  const readOne = (
    number: number,
    { row: given, issues: found, group, isMended }: RowRead,
  ): LineRead => {
    const cleaned = given && withoutPersonalData(given, limits.personal);
    const issues = [...found, ...(cleaned?.issues ?? [])];
    errors += countErrors(issues);
    if (cleaned === undefined || countErrors(issues) > 0 || isCounting()) return { number, issues };
    const { row, kinds: personal } = cleaned;
    const encoded = encoder.encode(row, limits);
    if ('issue' in encoded) {
      issues.push(encoded.issue);
      errors += countErrors([encoded.issue]);
      return { number, issues };
    }
    const cutting = cuttingOf(encoder, lesson, limits);
    const whole = wholeOf(row, encoded, cutting);
    const isLong = longestOf(whole) > limits.maxTokens;
    const fitted = isLong
      ? fitRow(row, encoded, { policy: limits.tooLong, cutting })
      : { row, encoded };
    const wrong = checkEncoded(fitted ?? { row, encoded }, encoder, limits.maxTokens);
    issues.push(...wrong);
    errors += countErrors(wrong);
    if (countErrors(wrong) > 0) return { number, issues };
    // What is split loses nothing.
    const isSplit = fitted?.encoded === encoded;
    const how = fitted === undefined ? 'left_out' : 'cut';
    const isMarked = isLong && !isSplit && !marked.has(how);
    if (isMarked) marked.add(how);
    const long = isLong && {
      long: {
        ...longRow({ row, whole, fitted, isSplit }, cutting),
        ...(isMarked && { marked: markCut(whole, fitted?.encoded) }),
      },
    };
    if (fitted === undefined) return { number, issues, ...long };
    const right = rightRow(row, { ...fitted, group, personal });
    return { number, issues, isMended, right, ...long };
  };
  return {
    read(line) {
      const plain = isCounting() ? undefined : readPlain?.(line);
      return plain ?? readOne(line.number, readRow(line, lesson, limits));
    },
    isCounting,
  };
}

/** What is known of a row that is too long as it stands. */
function longRow(
  {
    row,
    whole,
    fitted,
    isSplit,
  }: { row: CanonicalRow; whole: EncodedRow; fitted: Fitted | undefined; isSplit: boolean },
  cutting: Cutting,
): LongRow {
  const tokens = longestOf(whole);
  const isLeftOut = fitted === undefined;
  return {
    tokens,
    tools: isLeftOut
      ? toolTokens(row, tokens, (each) => cutting.encoder.encode(each, cutting.room))
      : 0,
    cuts: isSplit ? [] : cutsOf(whole.examples),
    keptCuts: isLeftOut || isSplit ? [] : cutsOf(fitted.encoded.examples),
    effects: effectsOn(row, whole, cutting),
  };
}

/** How many of a row's tokens tell its tools. */
function toolTokens(
  row: CanonicalRow,
  tokens: number,
  encode: (row: CanonicalRow) => ReturnType<RowEncoder['encode']>,
): number {
  if (!('tools' in row) || row.tools === undefined) return 0;
  const { tools: _, ...others } = row;
  const without = encode(others);
  return 'issue' in without ? 0 : tokens - longestOf(without);
}

type RowFacts = Pick<RightRow, 'personal'> &
  Pick<RowRead, 'group'> & { readonly row: CanonicalRow; readonly encoded: EncodedRow };

/** What it repeats and what it is grouped by goes by the whole row, of which the facts may have less. */
function rightRow(row: CanonicalRow, facts: RowFacts): RightRow {
  const { encoded, group: named, personal } = facts;
  const { prompt, answer } = identityOf(row);
  const asked = askedOf(row);
  return {
    parts: partsOf(facts.row, encoded.examples),
    hasControl: encoded.controlStrings.length > 0,
    hashes: {
      both: hash(asked === undefined ? sayingOf(row) : `${asked}\u0000${answer}`),
      prompt: hash(prompt),
      plain: hash(plainPrompt(prompt)),
      group: hash(named === undefined ? groupOf(row) : `group ${named}`),
      answer: hash(answer),
      asked: asked === undefined ? undefined : hash(asked),
    },
    likeness: likenessOf(row),
    personal,
  };
}

/** All that a row says, wherever it stands. */
function sayingOf({ line: _, ...said }: CanonicalRow): string {
  return JSON.stringify(said);
}

function countErrors(issues: readonly RowIssue[]): number {
  return issues.filter(({ level }) => level === 'error').length;
}

type RowRead = {
  readonly row?: CanonicalRow;
  readonly issues: readonly RowIssue[];
  /** What the line says that it belongs to. */
  readonly group?: string | undefined;
  /** Only where it was: whatever is told of a row makes it cost more on its way. */
  readonly isMended?: true | undefined;
};

/** The row of a line in canonical form, and what was found; none where an error was. */
export function readRow(line: Line, lesson: Lesson, limits: TextLimits): RowRead {
  const parsed = parseLine(line, limits);
  if ('problem' in parsed) return { issues: [{ ...parsed.problem, path: '', level: 'error' }] };
  const value = limits.mend === true ? mended(parsed.value) : parsed.value;
  const isMended = value === parsed.value ? undefined : true;
  const issues: RowIssue[] = [];
  const report = (issue: RowIssue) => issues.push(issue);
  if (!isObject(value)) {
    fail(report, '', 'object', `the line must be a JSON object, not ${nameOf(value)}`);
    checkKeys(parsed.text, report);
    checkNumbers(parsed.text, report);
    return { issues };
  }
  const told = withTold(value, line, lesson.reading);
  const { row, places, issues: made = [] } = readAs(told, lesson.reading);
  issues.push(...made);
  // What the row lacks since it could not be made is told by that.
  if (countErrors(made) === 0)
    rowKind(lesson.rows).check(row, lesson, (issue) =>
      report(places === undefined ? issue : toldOfSource(issue, places())),
    );
  checkKeys(parsed.text, report);
  checkNumbers(parsed.text, report);
  const group = givenGroup(value.group, report);
  if (countErrors(issues) > 0) return { issues };
  const read = convertTo(lesson, row, line.number);
  return { row: group === undefined ? read : { ...read, group }, issues, group, isMended };
}

/** The thread, document or person that a row is of: any name or number. */
function givenGroup(group: unknown, report: (issue: RowIssue) => void): string | undefined {
  if (group === undefined || group === null || group === '') return undefined;
  if (typeof group === 'string' || typeof group === 'number') return String(group);
  fail(report, 'group', 'type', `group must be a name or a number, not ${nameOf(group)}`);
  return undefined;
}

function checkEncoded(
  { encoded, isOpen = false }: Fitted,
  encoder: RowEncoder,
  maxTokens: number,
): RowIssue[] {
  // What is too long is judged over all rows, and what is cut need not end.
  const isLong = encoded.examples.some(({ tokens }) => tokens.length > maxTokens);
  const issues = isLong || isOpen ? [] : encoded.examples.flatMap(encoder.check);
  issues.push(...encoded.notes);
  const [control] = encoded.controlStrings;
  if (control !== undefined)
    issues.push({
      path: '',
      rule: 'control-string',
      message: `the text holds ${JSON.stringify(control)}, which controls the model; it is trained as plain text`,
      level: 'warn',
    });
  return issues;
}
