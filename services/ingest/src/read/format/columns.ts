import type { Columns } from '@lathe/contracts/artifact/detection';
import {
  type ColumnRole,
  type FormatName,
  formatRoles,
} from '@lathe/contracts/artifact/format-roles';
import type { ToldChoices } from '../told.ts';
import type { Format, Match, Row, Sampled } from './format.ts';
import { isNothing, isText } from './said.ts';

/** The rows of a sample, with their columns. */
export function sampledOf(rows: readonly Row[], told: ToldChoices = {}): Sampled {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = new Map<string, readonly unknown[]>();
  return {
    rows,
    names,
    told,
    values(name) {
      const values =
        columns.get(name) ?? rows.map((row) => row[name]).filter((value) => value != null);
      columns.set(name, values);
      return values;
    },
  };
}

/** How sure a name makes that is not the first of the usual ones, and values without any usual name. */
const otherName = 0.85;
const byValues = 0.8;

/** Columns that have the usual names of a format: of several the first whose values can be what they are for. */
export function usualColumns(
  name: FormatName,
  format: Format,
  { sampled, asked }: { readonly sampled: Sampled; readonly asked: Columns },
): readonly Match[] {
  const must: readonly ColumnRole[] = formatRoles[name].must;
  const columns: Partial<Record<ColumnRole, string | string[]>> = { ...asked };
  let certainty = 1;
  for (const role of [...must, ...formatRoles[name].may] as readonly ColumnRole[]) {
    if (columns[role] !== undefined) continue;
    const isNeeded = must.includes(role);
    const taken = new Set(Object.values(columns).flat());
    const free = sampled.names.filter((each) => !taken.has(each));
    const found = usualColumn(role, format, { sampled, free, isNeeded });
    if (found === undefined && isNeeded) return [];
    if (found === undefined) continue;
    columns[role] = found;
    const [first] = format.usual[role] ?? [];
    const isUsual = format.usual[role]?.includes(found.toLowerCase()) === true;
    const isFirst = found.toLowerCase() === first;
    if (isNeeded && !isFirst) certainty = Math.min(certainty, isUsual ? otherName : byValues);
  }
  return [{ columns, certainty }];
}

/** Columns of messages that are no whole conversations. */
const others =
  /^(?:prompt|completion|chosen|rejected|input|output|(?:non_)?preferred_output|history)$/;

type Free = {
  readonly sampled: Sampled;
  readonly free: readonly string[];
  readonly isNeeded: boolean;
};

function usualColumn(
  role: ColumnRole,
  { usual, holds = {}, byContent }: Format,
  { sampled, free, isNeeded }: Free,
): string | undefined {
  const there = (usual[role] ?? []).flatMap((wanted) => spelled(free, wanted) ?? []);
  const isRight = (column: string): boolean =>
    holdShare(sampled.values(column), holds[role]) >= 0.5;
  const right = there.find(isRight);
  if (right !== undefined || !isNeeded) return right;
  const filled = free.filter(
    (column) => !sampled.values(column).every(isNothing) && !others.test(column),
  );
  if (byContent !== role) return there[0];
  // Other names than the first say too little without the values.
  const first = there.find((column) => column.toLowerCase() === usual[role]?.[0]);
  return filled.find(isRight) ?? first;
}

/** Whether a column holds texts of several words, nearly all of them different. */
export function areProse(values: readonly unknown[]): boolean {
  const texts = values.filter(isText);
  if (texts.length < Math.max(1, values.length)) return false;
  const words = texts.reduce((sum, text) => sum + text.trim().split(/\s+/).length, 0);
  return words >= 3 * texts.length && 2 * new Set(texts).size > texts.length;
}

/** Columns that tell of a row and are no part of it. */
const beside =
  /^(?:_?_?id|idx|index|uuid|guid|hash|url|uri|link|source|src_url|split|date|year|time(?:stamp)?|created(?:_at)?|lang(?:uage)?|license|meta(?:data)?|file_?(?:name|path)|dump|title|group|.*_id)$/i;

/** Whether a column of that name tells of a row, and is no part of it. */
export function isBeside(name: string): boolean {
  return beside.test(name);
}

/** Share of values that can be what a role wants; of none all. */
export function holdShare(
  values: readonly unknown[],
  holds: ((value: unknown) => boolean) | undefined,
): number {
  if (values.length === 0 || holds === undefined) return 1;
  return values.filter(holds).length / values.length;
}

/** The column that has this name, however its letters are written. */
export function spelled(names: readonly string[], wanted: string): string | undefined {
  return names.includes(wanted) ? wanted : names.find((name) => name.toLowerCase() === wanted);
}

/** Names that differ from one in few letters, the nearest first, or else all of them. */
export function nearNames(name: string, names: readonly string[]): readonly string[] {
  const most = Math.max(2, Math.ceil(name.length / 3));
  const near = names
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(
      ({ each, distance }) => distance <= most || each.toLowerCase().includes(name.toLowerCase()),
    )
    .sort((a, b) => a.distance - b.distance)
    .map(({ each }) => each);
  return near.length > 0 ? near.slice(0, 3) : names.slice(0, 8);
}

/** Letters that must be put in, taken out or changed (Levenshtein). */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
