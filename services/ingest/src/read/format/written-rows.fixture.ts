import { readdirSync, readFileSync } from 'node:fs';
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Columns } from '@lathe/contracts/artifact/detection';
import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import type { DataOptions } from '@lathe/contracts/http/data';
import type { Architecture } from '@lathe/recipe/task';

/** Rows as people write them, and by hand what they are. */
type WrittenRows = {
  readonly format: FormatName;
  readonly columns: Columns;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly canonical: readonly CanonicalRow[];
  readonly findings?: readonly (readonly [number, string, string, string])[];
  readonly architecture?: Architecture;
  readonly data?: DataOptions;
  readonly problem?: 'single-label' | 'multi-label' | 'regression';
};

const folder = new URL('./fixtures/', import.meta.url);

/** For tests: every way to write rows, by its name. */
export const writtenRows: ReadonlyMap<string, WrittenRows> = new Map(
  readdirSync(folder).map((name) => [
    name.replace(/\.json$/, ''),
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as WrittenRows,
  ]),
);
