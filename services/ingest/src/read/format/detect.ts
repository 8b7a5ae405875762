import type { Columns, Detection, FormatCandidate } from '@lathe/contracts/artifact/detection';
import { LatheError } from '@lathe/contracts/error';
import type { DataOptions } from '@lathe/contracts/http/data';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import type { Shape } from '../../lesson/decide.ts';
import type { FileKind, Reading } from '../../lesson/lesson.ts';
import { wantedFile } from '../../lesson/task-rows.ts';
import type { Line } from '../lines.ts';
import { parseLine } from '../parse.ts';
import { isTold, type ToldChoices } from '../told.ts';
import { UnsureShapeError } from '../unsure.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { nearNames, sampledOf } from './columns.ts';
import { columnsOf, type Row, type Sampled } from './format.ts';
import { formats } from './formats.ts';
import { howToSay, seenInstead, uselessRows } from './seen.ts';

type Limits = { readonly maxLineBytes: number; readonly maxDepth: number };

/** What is looked at: lines, where they are from, and what the job says and can use. */
export type Sample = {
  readonly lines: readonly Line[];
  readonly param: string;
  /** Kinds of row that the job's task or method wants; any without. */
  readonly fits: readonly FileKind[];
  /** Kinds that its base model is taught without a task. */
  readonly usable?: readonly FileKind[] | undefined;
  readonly data?: DataOptions | undefined;
  /** What names of files and of lists in them could be labels. */
  readonly told?: ToldChoices | undefined;
  /** How the training file is read, for one beside it. */
  readonly before?: Reading | undefined;
};

/** A format is taken from this confidence on, if the next of another reading is so much below it. */
const leastConfidence = 0.6;
const leastMargin = 0.1;

/** Columns of which is told where it is not sure what they are. */
const toldColumns = 100;

/** How far below the likeliest reading one may be that the base model can use, where it cannot use that. */
const usableMargin = 0.25;

/** How sure a reading must be that the job's task wants: the task says the rest. */
const leastWanted = 0.3;

/**
 * How the rows of a file are written, by the first of them: the format, which column is what, and how sure that is. Throws
 * `invalid_file_format` that shows what the rows could be and asks for `lathe.data` where that is not sure, and
 * `invalid_value` for a column of `lathe.data` that no row has.
 */
export function detectShape(sample: Sample, limits: Limits): Shape {
  const { lines, param, data = {}, before } = sample;
  const parsed = lines.map((line) => objectOf(line, limits));
  const rows = parsed.filter((row): row is Row => row !== undefined);
  const known = parsed.flatMap((row, at) => (row ? [{ ...row, ...lines[at]?.told }] : []));
  const sampled = sampledOf(known, sample.told);
  const asked = { format: data.format, columns: data.columns ?? {} };
  const isAsked = data.format !== undefined || Object.keys(asked.columns).length > 0;
  const useless = isAsked ? undefined : uselessRows(rows, data);
  if (useless !== undefined)
    throw new LatheError('invalid_file_format', `The file ${useless}. ${wantedFile}`, { param });
  const unsure = (error: LatheError, candidates: readonly FormatCandidate[]): LatheError =>
    rows.length === 0
      ? error
      : new UnsureShapeError(error, {
          columns: sampled.names.slice(0, toldColumns),
          candidates: [...candidates],
        });
  const missing = rows.length > 0 ? missingColumn(asked.columns, sampled, param) : undefined;
  if (missing !== undefined)
    throw unsure(missing, candidatesOf(sampled, { ...data, columns: undefined }).map(tellable));
  const candidates = candidatesOf(sampled, data, before?.answers);
  const chosen = choose(candidates, sampled, sample);
  const told = candidates.map(tellable);
  if (chosen === undefined) {
    const seen = { seen: seenInstead(lines, rows, limits), how: howToSay(rows) };
    throw unsure(notSure(told, sample, seen), told);
  }
  const unused = unusedColumns(chosen, sampled);
  const reading: Reading = {
    ...{ format: chosen.format, columns: chosen.columns, unused },
    ...(data.label_names && { labelNames: data.label_names }),
    ...(data.score_range && { scoreEnds: data.score_range }),
    separator: data.label_separator ?? chosen.separator,
    ...{ areNumbers: chosen.areNumbers, scheme: chosen.scheme },
    ...(chosen.answers && { answers: chosen.answers }),
    ...(data.no_call_answer !== undefined && { noCall: data.no_call_answer }),
  };
  const at = parsed.findIndex((row) => row !== undefined && chosen.has(row));
  const detection: Detection = {
    ...tellable(chosen),
    isAsked,
    unused: [...unused],
    candidates: told,
  };
  const problem = data.label_separator === undefined ? chosen.problem : 'multi-label';
  const areAsked = chosen.format === 'chat' && areQuestions(rows.filter(chosen.has), chosen);
  return {
    kind: formats[chosen.format].kind,
    line: lines[at]?.number ?? 1,
    ...{ reading, detection },
    ...(problem && { problem }),
    ...(areAsked && { areAsked }),
  };
}

/** Whether every chat ends with what a user says. */
function areQuestions(rows: readonly Row[], { columns }: Candidate): boolean {
  const [name = 'messages'] = columnsOf(columns, 'messages');
  const lastOf = (row: Row) => (Array.isArray(row[name]) ? row[name].at(-1) : undefined);
  return rows.every((row) => lastOf(row)?.role === 'user');
}

function objectOf(line: Line, limits: Limits): Row | undefined {
  const parsed = parseLine(line, limits);
  if ('problem' in parsed) return undefined;
  const { value } = parsed;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Row)
    : undefined;
}

/** The reading to take; undefined when none is likely, or several are. */
function choose(
  candidates: readonly Candidate[],
  sampled: Sampled,
  sample: Sample,
): Candidate | undefined {
  const { fits, usable, before, data } = sample;
  const kindOf = ({ format }: Candidate) => formats[format].kind;
  const alike = candidates.filter(({ format }) => format === before?.format);
  const same = alike.find(({ answers }) => answers === before?.answers) ?? alike[0];
  if (same !== undefined && same.confidence >= leastConfidence) return same;
  const wanted = candidates.filter(
    (each) => fits.includes(kindOf(each)) && each.confidence >= leastWanted,
  );
  if (wanted.length > 0) return clearest(wanted, sampled, leastWanted);
  const least = data?.format === undefined ? leastConfidence : 0;
  const [best] = candidates;
  const near = (best?.confidence ?? 0) - usableMargin;
  const inReach = candidates.filter(
    (each) =>
      usable?.includes(kindOf(each)) === true && each.confidence >= Math.max(near, leastConfidence),
  );
  return inReach.length > 0
    ? clearest(inReach, sampled, least)
    : clearest(candidates, sampled, least);
}

/** The first of candidates where no other is near. One of the same kind that other rows have is none: a file may have both. */
function clearest(
  candidates: readonly Candidate[],
  { rows }: Sampled,
  least: number,
): Candidate | undefined {
  const [best, ...others] = candidates;
  if (best === undefined || best.confidence < least) return undefined;
  const areMixed = (other: Candidate): boolean =>
    formats[other.format].kind === formats[best.format].kind &&
    !rows.some((row) => best.has(row) && other.has(row));
  const next = others.find((other) => !areMixed(other));
  return best.confidence - (next?.confidence ?? 0) >= leastMargin ? best : undefined;
}

/** Keys that every kind of row knows what to do with. */
const told = new Set(['id', 'idx', 'metadata', 'group']);
const refused = /^(?:tools|functions|tool_choice|function_call|parallel_tool_calls)$/;

/** Columns that most rows have and the reading gives no role. */
function unusedColumns({ columns, has }: Candidate, { rows, names }: Sampled): readonly string[] {
  const own = rows.filter(has);
  const taken = new Set(Object.values(columns).flat());
  return names.filter(
    (name) =>
      !taken.has(name) &&
      !told.has(name) &&
      !isTold(name) &&
      !refused.test(name) &&
      own.length > 1 &&
      own.filter((row) => name in row).length >= 0.9 * own.length,
  );
}

/** A candidate as the API tells of it. */
function tellable({ format, columns, confidence, answers, turns }: Candidate): FormatCandidate {
  const rounded = Math.round(confidence * 100) / 100;
  const { kind } = formats[format];
  const more = { ...(answers && { answers }), ...(turns && { turns }) };
  return { format, kind, confidence: rounded, columns, ...more };
}

/** What is wrong where `lathe.data` names a column that no row has. */
function missingColumn(asked: Columns, { names }: Sampled, param: string): LatheError | undefined {
  for (const role of Object.keys(asked) as (keyof Columns)[])
    for (const column of columnsOf(asked, role)) {
      if (names.includes(column)) continue;
      const near = nearNames(column, names).map((name) => JSON.stringify(name));
      return new LatheError(
        'invalid_value',
        `The ${param.replace('_', ' ')} has no column ${JSON.stringify(column)}, which 'lathe.data.columns' takes for its ${role}; it has ${near.join(', ')}.`,
        { param: `lathe.data.columns.${role}` },
      );
    }
  return undefined;
}

/** Candidates that an error shows. */
const shown = 4;

function notSure(
  candidates: readonly FormatCandidate[],
  { lines, param }: Sample,
  { seen, how }: { readonly seen: string; readonly how: string },
): LatheError {
  const refuse = (message: string) => new LatheError('invalid_file_format', message, { param });
  if (lines.length === 0) return refuse(`The file has no rows. ${wantedFile}`);
  const [first] = candidates;
  if (first === undefined) return refuse(`The file ${seen}. ${wantedFile}${how}`);
  const ways = candidates.slice(0, shown).map(wayOf);
  const { format, columns, answers } = first;
  const example = JSON.stringify({ format, columns, ...(answers && { choice_answers: answers }) });
  return refuse(
    `The file ${seen}, and it is not sure what they are: ${ways.join('; ')}. Say it with 'lathe.data', as ${example}.`,
  );
}

/** A candidate in words: `labels ("review" as text, "stars" as label; 70 %)`. */
function wayOf({ format, columns, confidence, answers }: FormatCandidate): string {
  const parts = Object.entries(columns).map(
    ([role, names]) =>
      `${[names]
        .flat()
        .map((name) => JSON.stringify(name))
        .join(', ')} as ${role}`,
  );
  const meant = answers === undefined ? '' : `, which is ${choiceAnswersText[answers]}`;
  return `${format} (${parts.join(', ')}${meant}; ${Math.round(confidence * 100)} %)`;
}
