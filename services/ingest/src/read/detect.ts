import { LatheError } from '@lathe/contracts/error';
import type { Shape } from '../lesson/decide.ts';
import type { FileKind, Problem } from '../lesson/lesson.ts';
import { wantedFile } from '../lesson/task-rows.ts';
import type { Line } from './lines.ts';
import { parseLine } from './parse.ts';
import { kindsOf, labelNames } from './shapes.ts';

type Limits = { readonly maxLineBytes: number; readonly maxDepth: number };

/** What is looked at: lines, where they are from, and the kinds of row that the job could use. */
export type Sample = {
  readonly lines: readonly Line[];
  readonly param: string;
  readonly fits: readonly FileKind[];
};

/**
 * The format of a file, by the majority of its first rows. Throws `invalid_file_format`, saying what
 * the file looks like and what is wanted, when no row is of a known format.
 */
export function detectShape({ lines, param, fits }: Sample, limits: Limits): Shape {
  const rows = lines.map((line) => objectOf(line, limits));
  const found = rows.map((row) => (typeof row === 'string' ? undefined : kindOf(row, fits)));
  const counts = countsOf(found);
  const [kind] = [...counts].reduce<[FileKind | undefined, number]>(
    (most, [each, count]) => (each !== undefined && count > most[1] ? [each, count] : most),
    [undefined, 0],
  );
  if (kind !== undefined) {
    const line = lines[found.indexOf(kind)]?.number ?? 1;
    const own = rows.filter((row, at): row is Row => typeof row !== 'string' && found[at] === kind);
    return { kind, line, ...(kind === 'labelled' && { problem: problemOf(own) }) };
  }
  const first = lines[0];
  if (first === undefined)
    throw new LatheError('invalid_file_format', `The file has no rows. ${wantedFile}`, { param });
  const seen = containerOf(first, lines, limits) ?? mostFrequent(countsOf(rows.map(told)));
  throw new LatheError('invalid_file_format', `The file ${seen}. ${wantedFile}`, { param });
}

type Row = Readonly<Record<string, unknown>>;

/** The object that a line holds, or what it is instead. */
function objectOf(line: Line, limits: Limits): Row | string {
  const parsed = parseLine(line, limits);
  if ('problem' in parsed) return 'has no line of valid JSON';
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'has lines that are not JSON objects';
  return value as Row;
}

/** What a row is: of what it looks like, the first that the job could use. */
function kindOf(row: Row, fits: readonly FileKind[]): FileKind | undefined {
  const kinds = kindsOf(row);
  return kinds.find((kind) => fits.includes(kind)) ?? kinds[0];
}

/**
 * What labels are: numbers where most are and one of them has a fraction or they are called a score, several where one is a list, and
 * else one of several; whole numbers are the names of classes.
 */
function problemOf(rows: readonly Row[]): Problem {
  const labels = rows.flatMap((row) => labelNames.flatMap((name) => row[name] ?? []));
  const numbers = labels.filter((label) => typeof label === 'number');
  const areNumbers = numbers.length > 0 && 2 * numbers.length >= labels.length;
  const areWhole = numbers.every((label) => Number.isInteger(label));
  const isScore = rows.every((row) => labelNames.find((name) => row[name] != null) === 'score');
  if (areNumbers && (isScore || !areWhole)) return 'regression';
  const areLists = rows.some((row) => labelNames.some((name) => Array.isArray(row[name])));
  return areLists ? 'multi-label' : 'single-label';
}

function countsOf<What>(found: readonly What[]): Map<What, number> {
  const counts = new Map<What, number>();
  for (const what of found) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}

/** Other layouts of rows that people upload, by keys that only they have. */
const otherShapes: readonly (readonly [keys: readonly string[], name: string])[] = [
  [['conversations'], 'has ShareGPT rows ("conversations")'],
  [['instruction', 'output'], 'has Alpaca rows ("instruction", "output")'],
  [['custom_id', 'body'], 'has rows of a batch ("custom_id", "body")'],
  [['item'], 'has rows of an evaluation ("item")'],
];

/** What lines are that are no rows. */
function told(row: Row | string): string {
  if (typeof row === 'string') return row;
  for (const [keys, name] of otherShapes) if (keys.every((key) => key in row)) return name;
  const keys = Object.keys(row)
    .slice(0, 5)
    .map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length === 0 ? 'has empty objects' : `has rows with the keys ${keys.join(', ')}`;
}

const signatures: readonly (readonly [bytes: readonly number[], name: string])[] = [
  [[0x1f, 0x8b], 'is compressed with gzip; upload it unpacked'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd; upload it unpacked'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive or a spreadsheet'],
  [[0x50, 0x41, 0x52, 0x31], 'is a Parquet file'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF document'],
  [[0xff, 0xfe], 'is UTF-16 text; save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16 text; save it as UTF-8'],
];

/** What the file is as a whole, when its first bytes tell. */
function containerOf(first: Line, sample: readonly Line[], limits: Limits): string | undefined {
  if ('tooLong' in first) return `has a first line of more than ${limits.maxLineBytes} bytes`;
  if ('problem' in first) return `is a table (CSV) in which ${first.problem.message}`;
  for (const [bytes, name] of signatures)
    if (bytes.every((byte, at) => first.bytes[at] === byte)) return name;
  const text = Buffer.from(first.bytes).toString('latin1').trimStart();
  if (text.startsWith('[')) return 'is a JSON array, not one object a line';
  if (/^[{]\s*$/.test(text)) return 'is JSON spread over several lines, not one object a line';
  const allBroken = sample.every((line) => 'problem' in parseLine(line, limits));
  if (allBroken && /^[^{}[\]]+[,;\t][^{}[\]]+$/.test(text.slice(0, 1000)))
    return 'looks like a table (CSV) whose first line names no columns that are known';
  return undefined;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
