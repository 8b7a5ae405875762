import { readdirSync, readFileSync } from 'node:fs';
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Columns, FormatName } from '@lathe/contracts/artifact/detection';
import type { DataOptions } from '@lathe/contracts/http/data';
import type { Architecture } from '@lathe/recipe/task';
import { expect, it } from 'vitest';

import { usableKinds } from '../lesson/task-rows.ts';
import { detectShape } from '../read/format/detect.ts';
import type { Line } from '../read/lines.ts';
import { ingestDefaults } from '../settings.ts';
import { readRow } from './read-lines.ts';

/** Rows as people write them, and by hand what they are. */
type Fixture = {
  readonly format: FormatName;
  readonly columns: Columns;
  readonly rows: readonly object[];
  readonly canonical: readonly CanonicalRow[];
  readonly findings?: readonly (readonly [number, string, string, string])[];
  readonly architecture?: Architecture;
  readonly data?: DataOptions;
  readonly problem?: 'single-label' | 'multi-label' | 'regression';
};

const folder = new URL('../read/format/fixtures/', import.meta.url);
const names = readdirSync(folder);
const read = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Fixture;

const personal = { mode: 'report', allowed: [] } as const;
const limits = { ...ingestDefaults, maxTokens: 512, pieceTokens: 64, personal };
const linesOf = (rows: readonly unknown[]): Line[] =>
  rows.map((row, at) => ({ number: at + 1, bytes: Buffer.from(JSON.stringify(row)) }));

it.each(names)('reads %s', (name) => {
  const { rows, architecture = 'decoder', data, problem, ...wanted } = read(name);
  const lines = linesOf(rows);
  const usable = usableKinds(architecture);
  const sample = { lines, param: 'training_file', fits: [], usable, data };
  const shape = detectShape(sample, limits);
  expect(shape.detection).toMatchObject({ format: wanted.format, columns: wanted.columns });
  if (problem !== undefined) expect(shape.problem).toBe(problem);
  const { kind, reading, problem: found } = shape;
  const lesson = { task: 'generation', architecture, rows: kind, problem: found, reading } as const;
  const made = lines.map((line) => ({ line: line.number, ...readRow(line, lesson, limits) }));
  expect(made.flatMap(({ row }) => row ?? [])).toEqual(wanted.canonical);
  const findings = made.flatMap(({ line, issues }) =>
    issues.map(({ path, rule, message }) => [line, path, rule, message]),
  );
  expect(findings).toEqual(wanted.findings ?? []);
});
