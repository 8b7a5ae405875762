import { expect, it } from 'vitest';

import { usableKinds } from '../lesson/task-rows.ts';
import { detectShape } from '../read/format/detect.ts';
import { writtenRows } from '../read/format/written-rows.fixture.ts';
import type { Line } from '../read/lines.ts';
import { ingestDefaults } from '../settings.ts';
import { readRow } from './read-lines.ts';

const personal = { mode: 'report', allowed: [] } as const;
const limits = { ...ingestDefaults, maxTokens: 512, pieceTokens: 64, personal };
const linesOf = (rows: readonly unknown[]): Line[] =>
  rows.map((row, at) => ({ number: at + 1, bytes: Buffer.from(JSON.stringify(row)) }));

it.each([...writtenRows])('reads %s', (_, written) => {
  const { rows, architecture = 'decoder', data, problem, ...wanted } = written;
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
