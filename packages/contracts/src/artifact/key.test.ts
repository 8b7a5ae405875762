import { expect, it } from 'vitest';
import { newId } from '../id.ts';
import {
  baseStatesPrefix,
  checkpointPrefix,
  datasetPrefix,
  fileKey,
  jobPrefix,
  reportPrefix,
} from './key.ts';

it('makes keys of ids', () => {
  const [job, attempt, file] = [newId('job'), newId('attempt'), newId('file')];
  expect(fileKey('p', file)).toBe(`p/files/${file}`);
  expect(checkpointPrefix('p', job, attempt, 40)).toBe(
    `p/jobs/${job}/checkpoints/${attempt}-000000040`,
  );
  for (const prefix of [
    datasetPrefix('p', job, attempt),
    checkpointPrefix('p', job, attempt, 1),
    reportPrefix('p', job, attempt),
    baseStatesPrefix('p', job),
  ])
    expect(prefix.startsWith(`${jobPrefix('p', job)}/`)).toBe(true);
});

it.each(['', '..', '.', 'a/b', 'a.b', '../x', 'ü', 'a b', 'a\0', 'x'.repeat(81)])(
  'refuses %j as a part of a key',
  (text) => {
    const refusal = 'cannot be part of an artifact key';
    expect(() => fileKey(text, 'file-a')).toThrow(refusal);
    expect(() => fileKey('p', text)).toThrow(refusal);
    expect(() => jobPrefix('p', text)).toThrow(refusal);
    expect(() => datasetPrefix('p', 'ftjob-a', text)).toThrow(refusal);
    expect(() => reportPrefix('p', text, 'at_1')).toThrow(refusal);
  },
);
