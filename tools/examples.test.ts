import path from 'node:path';
import { expect, it } from 'vitest';
import { type Door, doorsWithoutExample, readDoors } from './example-doors.ts';
import { compileExamples } from './example-programs.ts';

const root = path.join(import.meta.dirname, '..');
const doors = readDoors(root);

it('knows a door without an example, and a folder of doors by one of them', () => {
  const door = (name: string, ...codes: string[]) => ({ name, exported: [], codes });
  const some = [
    ...[door('@lathe/a/b'), door('@lathe/a/c', 'c()')],
    ...[door('@lathe/contracts/http/d'), door('@lathe/contracts/http/e', 'e()')],
  ];
  expect(doorsWithoutExample(some)).toEqual(['@lathe/a/b']);
});

it('has an example at every door', () => {
  expect(doors.length).toBeGreaterThan(100);
  expect(doorsWithoutExample(doors)).toEqual([]);
});

it('compiles every example', () => {
  expect(compileExamples(root, doors)).toBe('');
});

it('tells of an example that names what is nowhere', () => {
  const door: Door = { name: '@lathe/a/b', exported: [], codes: ['const made = nobody(1);'] };
  expect(compileExamples(root, [door])).toContain("Cannot find name 'nobody'");
});
