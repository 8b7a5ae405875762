import { expect, it } from 'vitest';
import { resultsDocument } from './document.ts';
import { resultsOf, resultTables } from './results.ts';
import type { Measured } from './throughput.ts';
import type { Timeline } from './timeline.ts';

const line: Timeline = {
  submission: 'p0-0',
  worker: 'worker-1',
  submitted: 0,
  validating: 100,
  queued: 200,
  started: 900,
  firstStep: 1000,
  lastStep: 9000,
  trained: 9500,
  evaluating: 9500,
  evaluated: 10_000,
  succeeded: 10_000,
};
const pace = { tokens: 1000, seconds: 5, trainings: 1, trainingSeconds: 4, cpuSeconds: 5 };
const measured: Measured = {
  volume: { jobs: 2, projects: 2 },
  workers: 2,
  cores: 2,
  threads: 1,
  store: 'MinIO',
  engine: [pace, pace],
  platform: { tokens: 2000, seconds: 10 },
  timelines: [line, { ...line, worker: 'worker-2' }],
  cpu: { training: 10, worker: 1, evaluation: 2, services: 1, nats: 1, store: 1, load: 1 },
  thresholdsHold: true,
  findings: [],
  k6: {
    metrics: {
      lost_jobs: {
        type: 'counter',
        values: { count: 0 },
        thresholds: { 'count==0': { ok: true } },
      },
      duplicate_jobs: { type: 'counter', values: { count: 0 } },
      http_reqs: { type: 'counter', values: { count: 40 } },
    },
  },
};

it('works out pace, overhead and waiting times', () => {
  const results = resultsOf(measured);
  expect(results).toMatchObject({
    succeeded: 2,
    lost: 0,
    jobsPerMinute: 12,
    firstStep: { p50: 1 },
    success: { p99: 10 },
    tokensPerSecond: { engine: 200, platform: 200 },
    slots: { engine: { training: 4, rest: 6 }, platform: { training: 8, between: 0, edges: 2 } },
  });
  expect(results.overhead.whole).toBeCloseTo(0);
  expect(results.overhead.training).toBeCloseTo(-0.1);
  expect(results.overhead.cpu).toBeCloseTo(0.6);
  expect(results.overhead.cpuTraining).toBeCloseTo(0.4);
  expect(results.cpuPerJob).toEqual({ engine: 5, platform: 8.5 });
  expect(results.busy).toBeCloseTo(0.85);
});

it('says whether the target is met, and which thresholds are not', () => {
  const good = resultsOf(measured);
  expect(resultTables(good)).toContain('everything counted | 0.0 % (target at most 20.0 %: met)');
  const slow = resultsOf({ ...measured, platform: { tokens: 2000, seconds: 13 } });
  expect(resultTables(slow)).toContain(
    'everything counted | 30.0 % (target at most 20.0 %: missed)',
  );
  const document = resultsDocument(good, new Date('2026-01-02T03:04:05Z'));
  expect(document).toContain('- 2026-01-02, commit');
  expect(document).toContain('Thresholds: all hold.');
  const lost = { type: 'counter', values: { count: 1 }, thresholds: { 'count==0': { ok: false } } };
  const bad = resultsOf({ ...measured, k6: { metrics: { lost_jobs: lost } } });
  expect(resultsDocument(bad, new Date(0))).toContain('`lost_jobs: count==0` does not hold');
});

it('does not judge the overhead on a machine that was not quiet', () => {
  const noisy = resultsOf({ ...measured, engine: [pace, { ...pace, seconds: 7 }] });
  expect(noisy.overhead.halvesDiffer).toBeCloseTo(0.343, 3);
  expect(resultTables(noisy)).toContain('cannot be told, the machine was not quiet');
});

it('leaves out what it cannot tell', () => {
  const results = resultsOf({ ...measured, cpu: undefined });
  expect(results.overhead.training).toBeUndefined();
  expect(resultTables(results)).toContain('does not do | not measured |');
  expect(resultTables(resultsOf({ ...measured, timelines: [] }))).not.toContain('NaN');
});
