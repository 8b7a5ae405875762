import type { CanonicalRow, Finding } from '@lathe/contracts/artifact/dataset';
import { badTarget, type ShardExample } from '@lathe/contracts/artifact/shard';
import { LatheError } from '@lathe/contracts/error';
import { createBreather } from './breather.ts';
import { answerOf, convertRow, promptOf } from './convert.ts';
import { checkLesson, detectKind, type FileKind, type Lesson } from './detect.ts';
import { checkKeys } from './duplicate-keys.ts';
import type { Findings } from './findings.ts';
import { type Line, readLines } from './lines.ts';
import { checkMask, supervisedCount } from './mask.ts';
import { parseLine } from './parse.ts';
import type { IngestSettings } from './settings.ts';
import { hash, normalisedPrompt } from './split.ts';
import type { Spool } from './spool.ts';
import type { EncodedRow, RowEncoder } from './tokenize.ts';
import { validateRow } from './validate.ts';
import type { RowIssue } from './validate-message.ts';

export type FileToRead = {
  readonly param: Finding['file'];
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly lesson: Lesson;
  /** Format that the file must have; found out when absent. */
  readonly kind?: FileKind;
};

export type ReadPorts = {
  readonly settings: IngestSettings;
  readonly findings: Findings;
  readonly spool: Spool;
  /** The encoder for rows of that format. Throws when the model has none. */
  encoderFor(kind: FileKind): Promise<RowEncoder>;
  /** Longest row in tokens. */
  readonly maxTokens: number;
  /** Tokens of the pieces that texts are cut into. */
  readonly pieceTokens: number;
  readonly signal: AbortSignal;
  /** Called while lines are read. */
  readonly progress: () => void;
};

/** What is kept in memory of each spooled row (of a text, each piece), by its index in the spool. */
export type ReadRows = {
  readonly kind: FileKind;
  /** Lines with something on them. */
  read: number;
  /** Rows that repeat an earlier prompt and (better) answer. */
  duplicates: number;
  supervised: number;
  /** Tokens of all of its sequences. */
  readonly lengths: number[];
  /** Hash of the normalised prompt, and of the answer. */
  readonly groups: number[];
  readonly answers: number[];
};

/**
 * Reads a file line by line: every row that is right goes to the spool in tokens, every one that is
 * not becomes findings. Memory does not grow with the file, but for some numbers a row. Throws
 * `invalid_file_format` only for a file of another kind, an empty or an endless one.
 */
export async function readTrainingFile(file: FileToRead, ports: ReadPorts): Promise<ReadRows> {
  const { settings, findings, signal } = ports;
  const lines = readLines(file.bytes, settings.maxLineBytes);
  const sample = await takeSample(lines, settings);
  const kind = agreedKind(file, detectKind(sample, file.param, settings));
  checkLesson(kind, file.lesson, file.param);
  const encoder = await ports.encoderFor(kind);
  const rows: ReadRows = {
    kind,
    read: 0,
    duplicates: 0,
    supervised: 0,
    lengths: [],
    groups: [],
    answers: [],
  };
  const seen = new Set<number>();
  const long: { line: number; tokens: number }[] = [];
  let longRows = 0;

  const accept = async (row: CanonicalRow, encoded: EncodedRow): Promise<void> => {
    const lengths = encoded.examples.map(({ tokens }) => tokens.length);
    const longest = Math.max(...lengths);
    if (longest > ports.maxTokens) {
      longRows++;
      if (long.length < settings.listedFindings) long.push({ line: row.line, tokens: longest });
      return;
    }
    const prompt = promptOf(row);
    const answer = answerOf(row);
    const both = hash(`${prompt}\u0000${answer}`);
    if (seen.has(both)) rows.duplicates++;
    seen.add(both);
    const group = hash(normalisedPrompt(prompt));
    const answered = hash(answer);
    for (const [part, examples] of partsOf(row, encoded.examples)) {
      rows.lengths.push(examples.reduce((sum, { tokens }) => sum + tokens.length, 0));
      rows.groups.push(group);
      rows.answers.push(answered);
      for (const { supervised } of examples) rows.supervised += supervisedCount(supervised);
      await ports.spool.add(part, examples);
    }
  };

  const breathe = createBreather();
  for await (const line of chain(sample, lines)) {
    await breathe();
    signal.throwIfAborted();
    ports.progress();
    if (++rows.read > settings.maxRows) throw tooManyRows(file.param, settings.maxRows);
    const read = readRow(line, kind, settings);
    for (const issue of read.issues) findings.add(toFinding(issue, file.param, line.number));
    if (read.row === undefined || findings.errors() > settings.tokenizedErrors) continue;
    const encoded = encoder.encode(read.row, ports.pieceTokens);
    const issues =
      'issue' in encoded ? [encoded.issue] : checkEncoded(encoded, encoder, ports.maxTokens);
    for (const issue of issues) findings.add(toFinding(issue, file.param, line.number));
    if (!('issue' in encoded) && !issues.some((issue) => issue.level === 'error'))
      await accept(read.row, encoded);
  }
  judgeLongRows({ long, longRows, rows: rows.read, file: file.param }, ports);
  return rows;
}

/** The rows that go on: the row as it is, or each piece of a text as one. */
function partsOf(
  row: CanonicalRow,
  examples: readonly ShardExample[],
): readonly (readonly [CanonicalRow, readonly ShardExample[]])[] {
  if (row.kind === 'judged' && !row.label) return [[row, examples.map(asBad)]];
  if (row.kind === 'chat' && examples.length > 1)
    return [[{ ...row, examples: examples.length }, examples]];
  if (row.kind !== 'text') return [[row, examples]];
  return examples.map((example, part) => [
    { ...row, part, text: part === 0 ? row.text : '' },
    [example],
  ]);
}

function asBad({ tokens, supervised }: ShardExample): ShardExample {
  return { tokens, supervised: supervised.map((flag) => flag * badTarget) };
}

async function takeSample(lines: AsyncGenerator<Line>, settings: IngestSettings): Promise<Line[]> {
  const sample: Line[] = [];
  let bytes = 0;
  while (sample.length < settings.sampleRows && bytes < settings.sampleBytes) {
    const next = await lines.next();
    if (next.done === true) break;
    sample.push(next.value);
    bytes += 'bytes' in next.value ? next.value.bytes.length : 0;
  }
  return sample;
}

async function* chain(sample: readonly Line[], rest: AsyncGenerator<Line>): AsyncGenerator<Line> {
  yield* sample;
  yield* rest;
}

function agreedKind(file: FileToRead, kind: FileKind): FileKind {
  if (file.kind === undefined || file.kind === kind) return kind;
  throw new LatheError(
    'invalid_file_format',
    `The validation file has ${kind} rows, but the training file has ${file.kind} rows.`,
    { param: file.param },
  );
}

function tooManyRows(param: string, most: number): LatheError {
  return new LatheError('invalid_file_format', `The file has more than ${most} rows.`, { param });
}

type RowRead = { readonly row?: CanonicalRow; readonly issues: readonly RowIssue[] };

function readRow(line: Line, kind: FileKind, settings: IngestSettings): RowRead {
  const parsed = parseLine(line, settings);
  if ('problem' in parsed) return { issues: [{ ...parsed.problem, path: '', level: 'error' }] };
  const issues = validateRow(parsed.value, kind);
  checkKeys(parsed.text, (issue) => issues.push(issue));
  if (issues.some((issue) => issue.level === 'error')) return { issues };
  return { row: convertRow(parsed.value, kind, line.number), issues };
}

function checkEncoded(encoded: EncodedRow, encoder: RowEncoder, maxTokens: number): RowIssue[] {
  // What is too long is judged over all rows.
  const isLong = encoded.examples.some(({ tokens }) => tokens.length > maxTokens);
  const issues = isLong ? [] : encoded.examples.flatMap((example) => checkMask(example, encoder));
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

function toFinding(issue: RowIssue, file: Finding['file'], line: number): Finding {
  return { file, line, ...issue };
}

type LongRows = {
  readonly long: readonly { line: number; tokens: number }[];
  readonly longRows: number;
  readonly rows: number;
  readonly file: Finding['file'];
};

/** Nothing is cut: a few long rows are left out and named, more of them are an error. */
function judgeLongRows({ long, longRows, rows, file }: LongRows, ports: ReadPorts): void {
  const { findings, settings, maxTokens } = ports;
  const isError = longRows > settings.longShare * rows;
  const outcome = isError ? '' : '; it was left out';
  for (const { line, tokens } of long)
    findings.add({
      file,
      line,
      path: '',
      rule: 'too-long',
      message: `the row has ${tokens} tokens; at most ${maxTokens} fit${outcome}`,
      level: isError ? 'error' : 'warn',
    });
}
