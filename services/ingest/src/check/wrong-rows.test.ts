import type { Finding } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { createFindings } from './findings.ts';
import { createWrongRows } from './wrong-rows.ts';

const finding = (line: number, level: Finding['level']): Finding => ({
  ...{ file: 'training_file', line, path: 'text', rule: 'empty' },
  ...{ message: 'text must not be empty', level },
});

it('leaves few wrong rows out, and says so of each', () => {
  const findings = createFindings(10);
  const rows = createWrongRows(findings, 0.01);
  rows.add([finding(7, 'error'), finding(7, 'warn')]);
  rows.add([finding(8, 'warn')]);
  expect(findings.errors()).toBe(0);
  rows.judge(100);
  expect(findings.errors()).toBe(0);
  expect(findings.listed.map(({ line, message }) => [line, message])).toEqual([
    [8, 'text must not be empty'],
    [7, 'text must not be empty; the row was left out'],
    [7, 'text must not be empty'],
  ]);
  expect(findings.reasons()).toEqual([{ rule: 'empty', level: 'warn', count: 3 }]);
});

it.each<[string, number, number, number]>([
  ['more than the share', 0.01, 2, 199],
  ['any where none may be', 0, 1, 1000],
])('takes %s for errors', (_, share, wrong, read) => {
  const findings = createFindings(10);
  const rows = createWrongRows(findings, share);
  for (let line = 1; line <= wrong; line++) rows.add([finding(line, 'error')]);
  rows.judge(read);
  expect(findings.errors()).toBe(wrong);
  expect(findings.wrongLines('training_file')).toBe(wrong);
});

it('keeps no more of them than there may be', () => {
  const findings = createFindings(10);
  const rows = createWrongRows(findings, 0.5);
  for (let line = 1; line <= 10_001; line++) rows.add([finding(line, 'error')]);
  expect(findings.errors()).toBe(10_001);
});

it('names every one, where other warnings are told by their first', () => {
  const findings = createFindings(1000);
  const rows = createWrongRows(findings, 0.5);
  for (let line = 1; line <= 50; line++) rows.add([finding(line, 'error')]);
  for (let line = 51; line <= 100; line++) rows.add([finding(line, 'warn')]);
  rows.judge(100);
  const named = findings.listed.map(({ line }) => line);
  expect(named.filter((line) => line <= 50)).toHaveLength(50);
  expect(named.filter((line) => line > 50)).toHaveLength(20);
});

it('takes one that ends the reading of a file for an error, whatever the share', () => {
  const findings = createFindings(10);
  const rows = createWrongRows(findings, 0.5);
  rows.add([{ ...finding(7, 'error'), rule: 'unread' }]);
  rows.judge(1000);
  expect(findings.errors()).toBe(1);
});
