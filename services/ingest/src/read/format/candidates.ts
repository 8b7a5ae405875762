import { type Columns, formatNames } from '@lathe/contracts/artifact/detection';
import {
  type ColumnRole,
  type FormatName,
  formatRoles,
} from '@lathe/contracts/artifact/format-roles';
import type { DataOptions } from '@lathe/contracts/http/data';
import { isTold } from '../told.ts';
import { areProse, holdShare, isBeside, usualColumns } from './columns.ts';
import { columnOf, columnsOf, type Known, type Match, type Row, type Sampled } from './format.ts';
import { formats } from './formats.ts';
import { areSides, isLabelColumn, isLabelName, isMark } from './label-columns.ts';
import { judgements } from './pairs-of-answers.ts';
import { isUsualRow } from './read-row.ts';
import { isAnswerVerdict, isJudgement, isText, isVerdict } from './said.ts';

/** One way to read a file: columns, and how well its rows agree with it. */
export type Candidate = Match & {
  readonly format: FormatName;
  readonly confidence: number;
  /** Rows that have its columns. */
  readonly has: (row: Row) => boolean;
};

/** How much of a candidate's confidence is left for values of the wrong type. */
const wrongValues = 0.3;

/** What is left of it for each column that has no role: by what that could have been. */
const unexplained = { other: 0.95, label: 0.9, known: 0.7, plain: 0.5 };

/** Columns of answers to choose from. */
const choices = /^(?:[a-h]|options?|choices?|endings?|(?:option|choice|answer)[ _]?[a-h0-9])$/i;

/** All ways to read the rows, the likeliest first. `before` is what the answers of a file beside it are. */
export function candidatesOf(
  sampled: Sampled,
  data: DataOptions,
  before?: Known['before'],
): readonly Candidate[] {
  const known = { answers: data.choice_answers, before };
  const asked = { format: data.format, columns: data.columns ?? {} };
  const roles = Object.keys(asked.columns) as ColumnRole[];
  const found = formatNames.flatMap((name) => {
    const { must, may } = formatRoles[name];
    const own: readonly ColumnRole[] = [...must, ...may];
    if (asked.format !== undefined && asked.format !== name) return [];
    if (!roles.every((role) => own.includes(role))) return [];
    const format = formats[name];
    const matches =
      format.find?.(sampled, asked.columns, known) ??
      usualColumns(name, format, { sampled, asked: asked.columns });
    return matches.map((match) => ({
      ...match,
      ...format.look?.(sampled, match.columns, data),
      ...{ format: name, has: hasOf(name, match.columns) },
    }));
  });
  const recognised = sampled.rows.filter((row) =>
    found.some(({ has, format }) => has(row) || isUsualRow(row, formats[format].kind)),
  ).length;
  return found
    .map((match) => ({ ...match, confidence: confidenceOf(match, sampled, recognised) }))
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
}

function hasOf(name: FormatName, columns: Columns): (row: Row) => boolean {
  const must = formatRoles[name].must.flatMap((role) => columnsOf(columns, role));
  return (row) => must.every((column) => column in row);
}

function confidenceOf(
  { format, columns, certainty, has }: Omit<Candidate, 'confidence'>,
  sampled: Sampled,
  recognised: number,
): number {
  if (!sampled.rows.some(has)) return 0;
  const { kind } = formats[format];
  const own = sampled.rows.filter((row) => has(row) || isUsualRow(row, kind)).length;
  const { holds = {} } = formats[format];
  const shares = (Object.keys(columns) as ColumnRole[]).map((role) =>
    holdShare(sampled.values(columnOf(columns, role) ?? ''), holds[role]),
  );
  const right = Math.min(1, ...shares);
  const left = leftBy(columns, format, sampled);
  return (own / Math.max(1, recognised)) * certainty * (1 - wrongValues * (1 - right)) * left;
}

/** What columns without a role leave of a candidate's confidence: those that could have one together, and the others together. */
function leftBy(columns: Columns, format: FormatName, sampled: Sampled): number {
  const taken = new Set(Object.values(columns).flat());
  const unused = sampled.names.filter((name) => !taken.has(name));
  // Several columns of 0 and 1 are labels of a text, and nothing that it may be read without.
  const flags = format === 'text' ? unused.filter((name) => isMark(sampled.values(name))) : [];
  const left = unused.map((name) =>
    flags.length > 1 && flags.includes(name) ? unexplained.plain : leftFor(name, format, sampled),
  );
  const least = (shares: readonly number[]): number => Math.min(1, ...shares);
  const known = left.filter((share) => share <= unexplained.known);
  return least(known) * least(left.filter((share) => share > unexplained.known));
}

function leftFor(name: string, format: FormatName, sampled: Sampled): number {
  const values = sampled.values(name);
  // What few rows have may be a mistake of theirs.
  if (2 * values.length <= sampled.rows.length || isBeside(name)) return 1;
  if (isTold(name)) return format === 'text' && areSides(sampled, name) ? unexplained.plain : 1;
  const isKnown = knownNames.has(name.toLowerCase()) || isLabelName(name);
  // What somebody wrote beside a text may be what is to be written.
  if (format === 'text' && (isKnown || areProse(values))) return unexplained.plain;
  if (isAnswered(format) && choices.test(name)) return unexplained.plain;
  if (isJudgementOf(format, name, values)) return unexplained.plain;
  if (isLabelColumn(values) || isLabelName(name)) return unexplained.label;
  const isOwn = Object.values(formats[format].usual).flat().includes(name.toLowerCase());
  const isSaid = values.some((value) => isText(value) || typeof value === 'object');
  return isKnown && isSaid && !isOwn ? unexplained.known : unexplained.other;
}

/** Whether a format has a question and its answer in columns. What stands beside messages may be for a grader. */
function isAnswered(format: FormatName): boolean {
  return ['question-answer', 'alpaca', 'prompt-completion'].includes(format);
}

/** Whether a column says of each row whether its answer is good, which is no thing to leave out. */
function isJudgementOf(format: FormatName, name: string, values: readonly unknown[]): boolean {
  if (!isLabelName(name) && !judgements.includes(name.toLowerCase())) return false;
  if (2 * values.filter(isVerdict).length > values.length) return true;
  const areWords = values.every(isAnswerVerdict) && new Set(values.map(String)).size === 2;
  if (areWords && isAnswered(format) && judgements.includes(name.toLowerCase())) return true;
  const isMarked = isMark(values) && values.every(isJudgement);
  return isMarked && (isAnswered(format) || format === 'pairs');
}

/** Names that a column of some format must have. */
const knownNames: ReadonlySet<string> = new Set([
  'kto_tag',
  ...formatNames.flatMap((name) =>
    (formatRoles[name].must as readonly ColumnRole[]).flatMap(
      (role) => formats[name].usual[role] ?? [],
    ),
  ),
]);
