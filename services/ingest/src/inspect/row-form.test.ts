import { readdirSync, readFileSync } from 'node:fs';
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { readRow } from '../rows/read-lines.ts';
import { ingestDefaults } from '../settings.ts';
import { rowForm } from './row-form.ts';

type Fixture = {
  readonly canonical: readonly CanonicalRow[];
  readonly problem?: 'single-label' | 'multi-label' | 'regression';
};
const folder = new URL('../read/format/fixtures/', import.meta.url);
const limits = { ...ingestDefaults, maxTokens: 512, pieceTokens: 64 };

/** What labels are by how they look, as detection would say. */
function problemOf(rows: readonly CanonicalRow[]): Fixture['problem'] {
  const labels = rows.flatMap((row) => (row.kind === 'labelled' ? [row.label] : []));
  if (labels.every((label) => typeof label === 'string')) return 'single-label';
  return labels.some((label) => typeof label[0] === 'number') ? 'regression' : 'multi-label';
}

it.each(readdirSync(folder))('rows of %s, written and read again, are the same', (name) => {
  const { canonical } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Fixture;
  const problem = problemOf(canonical);
  for (const row of canonical) {
    const bytes = Buffer.from(JSON.stringify(rowForm(row)));
    const lesson = {
      task: 'generation',
      architecture: 'decoder',
      rows: row.kind,
      problem,
    } as const;
    const read = readRow({ number: row.line, bytes }, lesson, limits);
    expect(read.row).toEqual(row);
    expect(read.issues.filter(({ level }) => level === 'error')).toEqual([]);
  }
});
