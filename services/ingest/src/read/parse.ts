import { isDeeperThan } from '@lathe/contracts/json-depth';
import { sizeText } from '@lathe/contracts/words/size';
import type { Line } from './lines.ts';

/** Why a line is no JSON value, as rule and sentence. */
type LineProblem = { readonly rule: string; readonly message: string };
export type ParsedLine =
  | { readonly value: unknown; readonly text: string }
  | { readonly problem: LineProblem };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a line as one JSON value. Nothing that a line holds makes this throw. */
export function parseLine(
  line: Line,
  limits: { readonly maxLineBytes: number; readonly maxDepth: number },
): ParsedLine {
  if ('problem' in line) return { problem: line.problem };
  if ('tooLong' in line)
    return problem('line-length', `the line is longer than ${sizeText(limits.maxLineBytes)}`);
  if (isDeeperThan(line.bytes, limits.maxDepth))
    return problem('nesting', `the JSON is nested deeper than ${limits.maxDepth} levels`);
  let text: string;
  try {
    text = decoder.decode(line.bytes);
  } catch {
    return problem('encoding', 'the line is not valid UTF-8; save the file as UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return problem('json', `the line is not valid JSON: ${jsonReason(error, text)}`);
  }
  return { value, text };
}

function problem(rule: string, message: string): ParsedLine {
  return { problem: { rule, message } };
}

/** V8's reason, with the place but without the quotation of the text. */
function jsonReason(error: unknown, text: string): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (text.includes('\u0000')) return 'it holds NUL bytes; is the file UTF-16?';
  const cut = reason
    .replace(/, ?(?:\.\.\.)?".*" is not valid JSON$/s, '')
    .replace(/ \(line.*$/, '');
  const isNone = /token '[NI]'/.test(cut) && /NaN|Infinity/.test(text);
  const short = isNone ? `${cut}; JSON has no NaN and no Infinity, write null` : cut;
  return short.length > 160 ? `${short.slice(0, 157)}...` : short;
}
