import { formatRoles } from '@lathe/contracts/artifact/format-roles';
import { asksForNothing } from '@lathe/contracts/http/nothing';
import { quoted, type RowIssue, warn } from '../../check/validate-message.ts';
import type { FileKind, Reading } from '../../lesson/lesson.ts';
import type { Line } from '../lines.ts';
import { kindsOf } from '../shapes.ts';
import { isTold } from '../told.ts';
import { type Converted, columnsOf, type Place, type Row } from './format.ts';
import { formats } from './formats.ts';

/** Keys that may always stand beside. */
const beside: ReadonlySet<string> = new Set(['id', 'idx', 'metadata', 'group']);

/** The object of a line, with what is told of it where the reading takes a column of that. */
export function withTold(row: Row, line: Line, reading: Reading | undefined): Row {
  const columns = Object.values(reading?.columns ?? {})
    .flat()
    .filter(isTold);
  const told = Object.entries(line.told ?? {}).filter(([name]) => columns.includes(name));
  return told.length > 0 ? { ...row, ...Object.fromEntries(told) } : row;
}

/** Whether a row is written in the usual form of that kind: among rows in another form it is taken as it is. */
export function isUsualRow(row: Row, kind: FileKind): boolean {
  return kindsOf(row).includes(kind);
}

/** The row that an object is, in the usual form of its kind, with what was found on the way. */
export function readAs(row: Row, reading: Reading | undefined): Converted {
  if (reading === undefined) return { row };
  const { must } = formatRoles[reading.format];
  const lacks = must.some((role) =>
    columnsOf(reading.columns, role).some((name) => !(name in row)),
  );
  if (lacks && isUsualRow(row, formats[reading.format].kind)) return { row };
  const made = formats[reading.format].convert(row, reading);
  const taken = new Set(Object.values(reading.columns).flat());
  const issues: RowIssue[] = [];
  // A question has a name of its own.
  const named = formats[reading.format].kind === 'question' ? ['id', 'title'] : [];
  const others: Record<string, unknown> = {};
  for (const key of Object.keys(row)) {
    if (taken.has(key)) continue;
    if (beside.has(key) && !named.includes(key) && reading.keepsAll !== true) continue;
    if (named.includes(key) || !reading.unused.includes(key)) others[key] = row[key];
    else if (!asksForNothing(row[key]))
      warn(
        (issue) => issues.push(issue),
        quoted(key),
        'unknown-key',
        `the key ${quoted(key)} is not used`,
      );
  }
  return {
    ...made,
    row: { ...others, ...made.row },
    issues: [...issues, ...(made.issues ?? [])],
  };
}

/** A finding about a row that was made, told of the object that it was made of. */
export function toldOfSource(issue: RowIssue, places: readonly Place[]): RowIssue {
  const { path, message } = issue;
  const longest = places
    .filter(([made]) => path === made || path.startsWith(`${made}.`) || path.startsWith(`${made}[`))
    .reduce<Place | undefined>(
      (best, each) => (best !== undefined && best[0].length >= each[0].length ? best : each),
      undefined,
    );
  if (longest === undefined || longest[0] === longest[1]) return issue;
  const [made, source] = longest;
  const rest = path.slice(made.length);
  return { ...issue, path: source + rest, message: renamedIn(message, made, source) };
}

/** The message with the first mention of a path told as another one. */
function renamedIn(message: string, made: string, source: string): string {
  for (let at = message.indexOf(made); at !== -1; at = message.indexOf(made, at + 1)) {
    const isWhole =
      !/\w/.test(message[at - 1] ?? '') && !/\w/.test(message[at + made.length] ?? '');
    if (isWhole) return message.slice(0, at) + source + message.slice(at + made.length);
  }
  return message;
}
