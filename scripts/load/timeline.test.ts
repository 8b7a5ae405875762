import { expect, it } from 'vitest';
import {
  phaseSpreads,
  slotSeconds,
  type TimedEvent,
  type Timeline,
  timelineOf,
  turnarounds,
} from './timeline.ts';

const job = { submission: 'p0-0', jobId: 'ftjob-a', submittedMs: 1000 };

function event(name: string, atMs: number, message = '', data = {}): TimedEvent {
  return { jobId: job.jobId, name, message, data, atMs };
}

const events = [
  event('created', 1010),
  event('validating', 1100),
  event('queued', 1300),
  event('queued', 1400, 'Every worker is busy.'),
  event('started', 3000, '', { worker: 'worker-1' }),
  event('metrics', 3100),
  event('metrics', 6000),
  event('metrics', 9100),
  event('log', 9200, 'Training finished after 3 steps.'),
  event('evaluating', 9300),
  event('evaluating', 9500, 'Evaluating base: 8 of 8 rows.'),
  event('evaluated', 10_000),
  event('succeeded', 10_050),
];

it('reads the milestones of a job out of its events', () => {
  const other = { ...event('succeeded', 5), jobId: 'ftjob-b' };
  expect(timelineOf(job, [other, ...events])).toEqual({
    submission: 'p0-0',
    worker: 'worker-1',
    submitted: 1000,
    validating: 1100,
    queued: 1300,
    started: 3000,
    firstStep: 3100,
    lastStep: 9100,
    trained: 9200,
    evaluating: 9300,
    evaluated: 10_000,
    succeeded: 10_050,
  });
});

it('has no timeline of a job that did not succeed', () => {
  expect(timelineOf(job, events.slice(0, -1))).toBeUndefined();
});

it('shares out the whole time of a job among its phases', () => {
  const line = timelineOf(job, events) as Timeline;
  const sum = phaseSpreads([line]).reduce((total, { seconds }) => total + seconds.p50, 0);
  expect(sum).toBeCloseTo((line.succeeded - line.submitted) / 1000);
});

it('shares out the time of the workers among their jobs', () => {
  const line = timelineOf(job, events) as Timeline;
  const later = (worker: string, ms: number): Timeline => ({
    ...line,
    worker,
    firstStep: line.firstStep + ms,
    lastStep: line.lastStep + ms,
    succeeded: line.succeeded + ms,
  });
  const lines = [later('worker-1', 7000), line, later('worker-2', 100)];
  expect(turnarounds(lines)).toEqual([1]);
  const { training, between, edges } = slotSeconds(lines, 2);
  expect(training).toBeCloseTo(6);
  expect(between).toBeCloseTo(1 / 3);
  expect(3 * (training + between + edges)).toBeCloseTo(2 * 16.05);
});
