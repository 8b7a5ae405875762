import type { DataOptions } from '@lathe/contracts/http/data';
import { sizeText } from '@lathe/contracts/words/size';
import type { Line } from '../lines.ts';
import { parseLine } from '../parse.ts';
import { isBeside } from './columns.ts';
import type { Row } from './format.ts';
import { isText } from './said.ts';

type Limits = { readonly maxLineBytes: number; readonly maxDepth: number };

/** Rows that teach nothing as they are, by keys that only they have, and why. */
const useless: readonly (readonly [
  keys: readonly string[],
  what: string,
  besides?: readonly string[],
])[] = [
  [
    ['prompt', 'completions', 'labels'],
    'has stepwise rows ("prompt", "completions", "labels"), which judge every step of an answer: no method here learns from them',
  ],
  [
    ['question', 'function'],
    'has questions with functions and no answers ("question", "function"), as BFCL asks them: give the file of their answers too, with both in one archive or the second in \'lathe.data.more_files\'; where no call is right, \'lathe.data.no_call_answer\' is the answer',
    ['ground_truth'],
  ],
  [
    ['ground_truth'],
    'has answers without their questions ("ground_truth"), as BFCL keeps them: give the file of the questions too, with both in one archive or the second in \'lathe.data.more_files\'',
    ['question'],
  ],
  [['custom_id', 'body'], 'has rows of a batch ("custom_id", "body")'],
  [['item'], 'has rows of an evaluation ("item")'],
];

/** What most rows are, where that is known to teach nothing; undefined for any others. */
export function uselessRows(rows: readonly Row[], data: DataOptions): string | undefined {
  if (areColumns(rows))
    return "is one object with a list a column: write an object a row, with pandas by orient='records'";
  if (areSeries(rows))
    return "is one object of columns: write an object a row, with pandas by orient='records'";
  return useless.find(([keys, , besides = []]) => {
    if (data.no_call_answer !== undefined && keys.includes('function')) return false;
    const such = rows.filter(
      (row) => keys.every((key) => key in row) && !besides.some((key) => key in row),
    );
    return 2 * such.length > rows.length;
  })?.[1];
}

/** Whether the only object has a list of as many values in each column, which are those of many rows. */
function areColumns([only, ...others]: readonly Row[]): boolean {
  if (only === undefined || others.length > 0 || 'tokens' in only || 'words' in only) return false;
  const lists = Object.values(only);
  const [first] = lists;
  if (lists.length < 2 || !Array.isArray(first) || first.length < 2) return false;
  const isScalar = (value: unknown) => value === null || typeof value !== 'object';
  return lists.every(
    (list) => Array.isArray(list) && list.length === first.length && list.every(isScalar),
  );
}

/**
 * Whether the only object has columns as pandas writes them: an object of the numbers of rows and their values for each, or (`split`) their
 * names and a list of rows; or whether, of columns with names that are in no row, each was taken for a row.
 */
function areSeries(rows: readonly Row[]): boolean {
  const [only, ...others] = rows;
  if (only === undefined) return false;
  if (others.length > 0)
    return rows.every(({ id, ...values }) => typeof id === 'string' && hasNumbers(values));
  if (Array.isArray(only.columns) && Array.isArray(only.index)) return Array.isArray(only.data);
  return Object.values(only).length > 0 && Object.values(only).every(hasNumbers);
}

function hasNumbers(column: unknown): boolean {
  if (typeof column !== 'object' || column === null || Array.isArray(column)) return false;
  const keys = Object.keys(column);
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key));
}

/** What lines are that are no rows of any format, as the rest of a sentence that begins with the file. */
export function seenInstead(lines: readonly Line[], rows: readonly Row[], limits: Limits): string {
  const [first] = lines;
  if (first === undefined) return 'has no rows';
  const container = rows.length === 0 ? wholeOf(first, limits) : undefined;
  if (container !== undefined) return container;
  if (rows.length > 0) return mostFrequent(rows.map(toldOf));
  const parsed = parseLine(first, limits);
  if ('problem' in parsed && lines.every((line) => 'problem' in parseLine(line, limits)))
    return `has no line of valid JSON (line ${first.number}: ${parsed.problem.message})`;
  return 'has lines that are not JSON objects';
}

/** How to say what columns of texts are whose names tell nothing; '' where there are none, or the rows lack an answer. */
export function howToSay([row = {}]: readonly Row[]): string {
  const texts = Object.keys(row).filter((name) => isText(row[name]));
  const own = texts.filter((name) => !isBeside(name));
  const [one, other] = own.length > 0 ? own : texts;
  if (one === undefined || one === 'prompt') return '';
  const example =
    other === undefined
      ? { format: 'text', columns: { text: one } }
      : { format: 'prompt-completion', columns: { prompt: one, completion: other } };
  return ` What columns of other names are can be said with 'lathe.data', as ${JSON.stringify(example)}.`;
}

/** Names of what could be an answer to a prompt. */
const answers = /complet|answer|response|output|target|chosen|rejected|label|messages/i;

function toldOf(row: Row): string {
  const names = Object.keys(row);
  const isPrompt = names.includes('prompt') && !names.some((name) => answers.test(name));
  if (isPrompt)
    return 'has prompts without answers ("prompt"), and every task needs what is answered';
  const keys = names.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length === 0 ? 'has empty objects' : `has rows with the keys ${keys.join(', ')}`;
}

function mostFrequent(told: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const each of told) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** What the file is as a whole, when its first bytes tell. */
function wholeOf(first: Line, limits: Limits): string | undefined {
  if ('tooLong' in first) return `has a first line of more than ${sizeText(limits.maxLineBytes)}`;
  if ('problem' in first) return `has a first row that cannot be read: ${first.problem.message}`;
  return undefined;
}
