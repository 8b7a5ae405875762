import type { GenerationRow } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { checkKeys } from '../check/duplicate-keys.ts';
import { validateRow } from '../check/validate.ts';
import type { RowIssue } from '../check/validate-message.ts';
import { hash, normalisedPrompt } from '../pack/split.ts';
import { answerOf, convertRow, promptOf } from '../read/convert.ts';
import type { FileKind } from '../read/detect.ts';
import type { Line } from '../read/lines.ts';
import { parseLine } from '../read/parse.ts';
import { checkMask } from '../render/mask.ts';
import type { EncodedRow, RowEncoder } from '../render/tokenize.ts';
import type { LineRead, RightRow, RowLimits } from './row-task.ts';

/** Reads lines one after another: each is a row in tokens, or something is wrong with it. */
export function readLineRows(
  lines: readonly Line[],
  encoder: RowEncoder,
  task: { readonly rows: FileKind; readonly limits: RowLimits; readonly errors: number },
): LineRead[] {
  const { rows: kind, limits } = task;
  let { errors } = task;
  return lines.map((line): LineRead => {
    const { number } = line;
    const read = readRow(line, kind, limits);
    const issues = [...read.issues];
    errors += countErrors(issues);
    if (read.row === undefined || errors > limits.tokenizedErrors) return { number, issues };
    const encoded = encoder.encode(read.row, limits.pieceTokens);
    const found =
      'issue' in encoded ? [encoded.issue] : checkEncoded(encoded, encoder, limits.maxTokens);
    issues.push(...found);
    errors += countErrors(found);
    if ('issue' in encoded || countErrors(found) > 0) return { number, issues };
    const longest = encoded.examples.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
    if (longest > limits.maxTokens) return { number, issues, tooLong: longest };
    return { number, issues, right: rightRow(read.row, encoded) };
  });
}

function rightRow(row: GenerationRow, encoded: EncodedRow): RightRow {
  const prompt = promptOf(row);
  const answer = answerOf(row);
  return {
    row,
    encoded: { ...encoded, examples: encoded.examples.map(compact) },
    hashes: {
      both: hash(`${prompt}\u0000${answer}`),
      group: hash(normalisedPrompt(prompt)),
      answer: hash(answer),
    },
  };
}

/** A view would be sent with all that it is a view on. */
function compact({ tokens, supervised }: ShardExample): ShardExample {
  return { tokens: tokens.slice(), supervised: supervised.slice() };
}

function countErrors(issues: readonly RowIssue[]): number {
  return issues.filter(({ level }) => level === 'error').length;
}

type RowRead = { readonly row?: GenerationRow; readonly issues: readonly RowIssue[] };

function readRow(line: Line, kind: FileKind, limits: RowLimits): RowRead {
  const parsed = parseLine(line, limits);
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
