import { expect, it } from 'vitest';
import { type IdKind, isId, newId, projectPattern } from './id.ts';

const kinds: readonly IdKind[] = ['file', 'job', 'checkpoint', 'completion', 'request', 'attempt'];

it('makes ids that are told apart by kind and never repeat', () => {
  for (const kind of kinds) {
    const ids = Array.from({ length: 1000 }, () => newId(kind));
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids.slice(0, 20))
      for (const other of kinds) expect(isId(other, id), `${id} as ${other}`).toBe(other === kind);
  }
});

it('uses its alphabet evenly', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 2000; index++)
    for (const letter of newId('job').slice(6)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(54);
  const mean = 48_000 / 54;
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(0.6 * mean);
    expect(count).toBeLessThan(1.6 * mean);
  }
});

it.each([
  '',
  'ftjob-',
  'ftjob-../../etc',
  'ftjob-a.b.c.d.e.f',
  'ftjob-12345678*',
  'file-12345678\n',
])('refuses %j as an id', (text) => {
  for (const kind of kinds) expect(isId(kind, text)).toBe(false);
});

it('takes as projects only what can stand in keys and subjects', () => {
  for (const name of ['default', 'team-7', '0']) expect(projectPattern.test(name)).toBe(true);
  for (const name of ['', '-a', 'A', 'a.b', 'a*', '_base', 'a b', 'a'.repeat(41)])
    expect(projectPattern.test(name), name).toBe(false);
});
