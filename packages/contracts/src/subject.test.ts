import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  baseModelsProject,
  buckets,
  checkpointKey,
  eventSubject,
  inferenceCancelSubject,
  inferenceSubject,
  modelDeletedSubject,
  modelKey,
  recordKey,
  type Stage,
  streams,
  workConsumer,
  workSubject,
} from './subject.ts';

const stages: readonly Stage[] = ['ingest', 'train', 'evaluate'];

/** Whether a subject falls under a pattern with `*` for one part. */
function falls(subject: string, pattern: string): boolean {
  const [parts, wanted] = [subject.split('.'), pattern.split('.')];
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) => part === '*' || part === parts[index])
  );
}

it('puts every stage on the work stream and every event on the event stream', () => {
  for (const stage of stages)
    expect(falls(workSubject(stage), streams.work.subjects[0])).toBe(true);
  expect(falls(eventSubject('p', 'ftjob-a'), streams.events.subjects[0])).toBe(true);
  expect(new Set(stages.map(workSubject)).size).toBe(3);
  expect(new Set(stages.map(workConsumer)).size).toBe(3);
});

it('keeps core messages out of the streams', () => {
  for (const subject of [inferenceSubject, inferenceCancelSubject('req_1'), modelDeletedSubject])
    for (const stream of Object.values(streams))
      expect(falls(subject, stream.subjects[0]), subject).toBe(false);
});

it('watches the advisories of the work stream only', () => {
  expect(streams.dead.subjects[0]).toContain(`.${streams.work.name}.`);
});

it('gives every bucket another name', () => {
  expect(new Set(Object.values(buckets)).size).toBe(Object.keys(buckets).length);
});

it('makes keys that NATS takes, another for each model, of any name', () => {
  const names = fc.string({ maxLength: 200, unit: 'grapheme' });
  fc.assert(
    fc.property(names, names, (left, right) => {
      expect(modelKey('p', left)).toMatch(/^p\.[A-Za-z0-9_-]*$/);
      expect(modelKey('p', left) === modelKey('p', right)).toBe(left === right);
    }),
  );
  expect(modelKey(baseModelsProject, 'lathe-tiny')).toBe('_base.bGF0aGUtdGlueQ');
});

it('begins every key with its project', () => {
  expect(recordKey('p', 'file-a')).toBe('p.file-a');
  expect(checkpointKey('p', 'ftjob-a', 42)).toBe('p.ftjob-a.000000042');
  expect(checkpointKey('p', 'j', 9) < checkpointKey('p', 'j', 10)).toBe(true);
});
