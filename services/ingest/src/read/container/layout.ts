import { kindsOf } from '../shapes.ts';
import type { JsonLayout } from './json-elements.ts';
import { isSplitName } from './split-names.ts';

/**
 * How the JSON of a file is laid out: a value a line, or as `jsonElements` has it, where an object holds its rows in lists or each
 * under a name.
 */
export type Layout = 'lines' | Exclude<JsonLayout, 'object'> | 'lists' | 'names';

/** Lines that are looked at. */
const mostLines = 200;

/** The layout of JSON that begins so; undefined for what is none. `isWhole` says that nothing follows. */
export function jsonLayoutOf(head: string, isWhole: boolean): Layout | undefined {
  const text = head.replace(/^\ufeff/, '');
  const start = /\S/.exec(text)?.[0];
  const lines = text.split('\n', mostLines).filter((line) => line.trim() !== '');
  // The last line may go on.
  const whole = isWhole ? lines : lines.slice(0, -1);
  if (start !== '{' && start !== '[') {
    // A line of another kind among rows is told as one that is wrong.
    const rows = whole.filter((line) => line.trimStart().startsWith('{') && isJson(line));
    return rows.length > 0 && 2 * rows.length >= whole.length ? 'lines' : undefined;
  }
  const values = whole.filter(isJson);
  if (lines.length > 1 && values.length > 0 && 2 * values.length >= whole.length) return 'lines';
  if (start === '[')
    return /^\s*\[\s*([{["\]\d-]|null|true|false|$)/.test(text) ? 'array' : undefined;
  if (!/^\s*\{\s*("|\}|$)/.test(text)) return undefined;
  const rows = rowsWithin(firstObject(text), text);
  if (rows !== undefined) return rows;
  // A row that begins on the first line and does not end there: over several lines, or a long one.
  const isOver = lines.length > 1 || /\}\s*\{/.test(text);
  return isOver && !isJson(lines[0] as string) ? 'values' : 'lines';
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** A member of an object, by name, by what its value begins with, and where in the text it does. */
type Member = readonly [name: string, begins: string, at: number];

/** The members of the object that a text begins with, as far as the text goes. */
function firstObject(text: string): Member[] {
  const found: Member[] = [];
  const tokens = /"((?:[^"\\]|\\.)*)"|[{}[\]:,]|[^\s"{}[\]:,]+/gs;
  let depth = 0;
  let name: string | undefined;
  let isValue = false;
  for (const { 0: token, 1: said, index } of text.matchAll(tokens)) {
    if (depth === 1 && isValue) {
      found.push([
        name ?? '',
        text
          .slice(index, index + 200)
          .replaceAll(/\s/g, '')
          .slice(0, 2),
        index,
      ]);
      isValue = false;
    } else if (depth === 1 && said !== undefined) name = said;
    else if (depth === 1 && token === ':') isValue = true;
    if (token === '{' || token === '[') depth++;
    if ((token === '}' || token === ']') && --depth === 0) break;
  }
  return found;
}

/** What the first object of JSON names: its keys where each line is a value, or its first list of rows. */
export function namesWithin(
  head: string,
  layout: Layout,
): { readonly keys: readonly string[]; readonly list: string | undefined } {
  const members = layout === 'lines' || layout === 'lists' ? firstObject(head) : [];
  if (layout === 'lines') return { keys: members.map(([name]) => name), list: undefined };
  const list = members.find(([, begins]) => begins === '[{')?.[0];
  return { keys: [], list: list === undefined || isRowsName(list) ? undefined : list };
}

/** Names under which files hold their rows. */
const rowNames: ReadonlySet<string> = new Set([
  ...['data', 'rows', 'examples', 'items', 'records', 'instances', 'samples', 'dataset'],
]);

/**
 * Where an object that is no row holds rows: in lists, of which one has a name that says so or which are all that it has, or each
 * under a name of its own. What looks like a row by its keys is one.
 */
function rowsWithin(members: readonly Member[], text: string): 'lists' | 'names' | undefined {
  const isList = ([, begins]: Member): boolean => begins === '[{';
  if (members.some((member) => isList(member) && isRowsName(member[0]))) return 'lists';
  const names = Object.fromEntries(members.map(([name, begins]) => [name, begins]));
  if (kindsOf(names).length > 0 || members.some((member) => isOfRow(member, text)))
    return undefined;
  const objects = members.filter(([, begins]) => begins.startsWith('{'));
  if (objects.length > 0 && objects.length === members.length) return 'names';
  return members.some(isList) && objects.length === 0 ? 'lists' : undefined;
}

/**
 * Whether only a row has such a member. `contents` are a chat of Gemini's where the first has a role or parts, and may be rows
 * otherwise; what the system says tells nothing by its name, and stands beside a chat.
 */
function isOfRow([name, begins, at]: Member, text: string): boolean {
  if (name !== 'contents') return rowKeys.has(name);
  const first = begins === '[{' ? firstObject(text.slice(text.indexOf('{', at))) : [];
  return first.some(([key]) => key === 'role' || key === 'parts');
}

/** Whether a list of that name holds the rows of a file, or of a split of it, and the name says nothing else of them. */
export function isRowsName(name: string): boolean {
  return rowNames.has(name.toLowerCase()) || isSplitName(name);
}

/** Names of lists and objects within rows of layouts that are common. */
const rowKeys: ReadonlySet<string> = new Set([
  ...[
    'messages',
    'conversations',
    'conversation',
    'dialog',
    'dialogue',
    'turns',
    'history',
    'tools',
  ],
  ...[
    'functions',
    'function',
    'question',
    'answers',
    'spans',
    'entities',
    'prompt',
    'chosen',
    'rejected',
  ],
  ...['body', 'input', 'output', 'item', 'context', 'custom_id'],
]);
