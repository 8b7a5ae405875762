import { type Part, partNames } from './cpu.ts';
import { overhead, rate, withoutEvaluation } from './overhead.ts';
import { type Spread, spread } from './percentile.ts';
import type { Measured } from './throughput.ts';
import { phaseSpreads, slotSeconds, turnarounds } from './timeline.ts';

/** The most that the platform may take longer than the engine alone: 0.2 is 20 %. */
const overheadTarget = 0.2;

/** The most that the halves of the engine alone may differ for the overhead to say something. */
const quietDifference = 0.15;

/** What a run comes to, as load/results/finetune-throughput.json keeps it. */
export type Results = ReturnType<typeof resultsOf>;

/** Works out the results of a run. */
export function resultsOf(measured: Measured) {
  const { engine, platform, timelines, cpu, cores, volume, k6 } = measured;
  const evaluation = cpu && { cpuSeconds: cpu.evaluation, cores };
  const total = cpu && Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  const engineCpu = engine[0].cpuSeconds + engine[1].cpuSeconds;
  const seconds = (of: (line: (typeof timelines)[number]) => number): Spread =>
    spread(timelines.map((line) => of(line) / 1000));
  return {
    volume,
    workers: measured.workers,
    cores,
    threads: measured.threads,
    store: measured.store,
    thresholdsHold: measured.thresholdsHold,
    succeeded: timelines.length,
    lost: k6.metrics.lost_jobs?.values.count ?? volume.jobs,
    duplicated: k6.metrics.duplicate_jobs?.values.count ?? 0,
    findings: measured.findings,
    seconds: platform.seconds,
    jobsPerMinute: (60 * timelines.length) / platform.seconds,
    firstStep: seconds((line) => line.firstStep - line.submitted),
    success: seconds((line) => line.succeeded - line.submitted),
    tokensPerSecond: {
      engineBefore: rate([engine[0]]),
      engineAfter: rate([engine[1]]),
      engine: rate(engine),
      platform: rate([platform]),
    },
    tokens: { engine: engine[0].tokens + engine[1].tokens, platform: platform.tokens },
    overhead: {
      whole: overhead(engine, platform),
      training: evaluation && overhead(engine, withoutEvaluation(platform, evaluation)),
      cpu: cpu && total && (total - cpu.load) / engineCpu - 1,
      cpuTraining: cpu && total && (total - cpu.load - cpu.evaluation) / engineCpu - 1,
      target: overheadTarget,
      /** How far the two halves of the engine alone are apart, as a share of their mean. */
      halvesDiffer: Math.abs(rate([engine[0]]) - rate([engine[1]])) / rate(engine),
    },
    phases: phaseSpreads(timelines),
    slots: {
      engine: engineSlots(measured),
      platform: slotSeconds(timelines, measured.workers),
    },
    cpuPerJob: {
      engine: engineCpu / volume.jobs,
      platform: total === undefined ? undefined : total / volume.jobs,
    },
    turnaround: spread(turnarounds(timelines)),
    cpu,
    busy: total === undefined ? undefined : total / (cores * platform.seconds),
    requests: k6.metrics.http_reqs?.values.count ?? 0,
    thresholds: Object.fromEntries(
      Object.entries(k6.metrics).flatMap(([metric, { thresholds = {} }]) =>
        Object.entries(thresholds).map(([rule, { ok }]) => [`${metric}: ${rule}`, ok] as const),
      ),
    ),
  };
}

/** Where the time of the engine's processes goes, in seconds for one training. */
function engineSlots({ engine, workers }: Measured): { training: number; rest: number } {
  const sum = (of: (pace: (typeof engine)[number]) => number): number =>
    of(engine[0]) + of(engine[1]);
  const trainings = sum((pace) => pace.trainings);
  const training = sum((pace) => pace.trainingSeconds) / trainings;
  return { training, rest: (workers * sum((pace) => pace.seconds)) / trainings - training };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '–');
const spreadCells = ({ p50, p95, p99 }: Spread): string => [p50, p95, p99].map(number).join(' | ');

/** The tables of a run in Markdown, for the terminal and for load/RESULTS.md. */
export function resultTables(results: Results): string {
  const { overhead: more, tokensPerSecond: pace, cpu } = results;
  const share = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? 'not measured' : percent(value);
  const isQuiet = more.halvesDiffer <= quietDifference;
  const verdict = (value: number | undefined): string => {
    if (value === undefined || !Number.isFinite(value)) return 'not measured';
    const word = value <= overheadTarget ? 'met' : 'missed';
    const outcome = isQuiet ? word : 'cannot be told, the machine was not quiet';
    return `${percent(value)} (target at most ${percent(overheadTarget)}: ${outcome})`;
  };
  return `| measure | value |
| --- | --- |
| jobs succeeded, lost, duplicated | ${results.succeeded} of ${results.volume.jobs}, ${results.lost}, ${results.duplicated} |
| time from the first submission to the last success | ${number(results.seconds)} s |
| jobs per minute | ${number(results.jobsPerMinute)} |
| trained tokens per second, platform | ${Math.round(pace.platform)} |
| trained tokens per second, engine alone (before, after) | ${Math.round(pace.engine)} (${Math.round(pace.engineBefore)}, ${Math.round(pace.engineAfter)}) |
| difference between the engine alone before and after | ${share(more.halvesDiffer)} |
| overhead of the platform, everything counted | ${verdict(more.whole)} |
| overhead without evaluation, which the engine alone does not do | ${verdict(more.training)} |
| overhead in processor time, with evaluation and without | ${share(more.cpu)}, ${share(more.cpuTraining)} |
| HTTP requests by k6 | ${results.requests} |

| seconds from submission to | p50 | p95 | p99 |
| --- | --- | --- | --- |
| first step | ${spreadCells(results.firstStep)} |
| success | ${spreadCells(results.success)} |

${slotTable(results)}

| seconds of each phase of a job | p50 | p95 | p99 |
| --- | --- | --- | --- |
${results.phases.map(({ phase, seconds }) => `| ${phase} | ${spreadCells(seconds)} |`).join('\n')}
| between two jobs of a worker: last step to first step of the next | ${spreadCells(results.turnaround)} |
${cpu === undefined ? '' : `\n${cpuTable(results, cpu)}\n`}`;
}

function slotTable({ slots: { engine, platform } }: Results): string {
  const whole = platform.training + platform.between + platform.edges;
  return `| where a worker's time goes, seconds for one job | engine alone | platform |
| --- | --- | --- |
| from the first to the last step | ${number(engine.training)} | ${number(platform.training)} |
| between two jobs: last step to first step of the next | ${number(engine.rest)} | ${number(platform.between)} |
| before the first and after the last job, its evaluation included |  | ${number(platform.edges)} |
| all | ${number(engine.training + engine.rest)} | ${number(whole)} |`;
}

/** Where the processor time of a run without the engine alone went. */
export function platformTable(
  { cpu, timelines, platform, k6 }: Pick<Measured, 'cpu' | 'timelines' | 'platform' | 'k6'>,
  jobs: number,
): string {
  if (cpu === undefined) return 'Processor time is not measured here.';
  const total = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  const rows = (Object.keys(partNames) as Part[]).map(
    (part) => `| ${partNames[part]} | ${number(cpu[part] / jobs)} |`,
  );
  return `${timelines.length} of ${jobs} jobs succeeded in ${number(platform.seconds)} s; HTTP requests by k6: ${k6.metrics.http_reqs?.values.count ?? 0}.

| processor seconds of | per job |
| --- | --- |
${rows.join('\n')}
| all | ${number(total / jobs)} |`;
}

function cpuTable(
  { volume, busy, cpuPerJob }: Results,
  cpu: Readonly<Record<Part, number>>,
): string {
  const total = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  const rows = (Object.keys(partNames) as Part[]).map(
    (part) =>
      `| ${partNames[part]} | ${number(cpu[part])} | ${percent(cpu[part] / total)} | ${number(cpu[part] / volume.jobs)} |`,
  );
  return `| processor seconds while the platform ran | s | share | s per job |
| --- | --- | --- | --- |
${rows.join('\n')}
| all (${percent(busy ?? Number.NaN)} of the cores) | ${number(total)} | 100.0 % | ${number(total / volume.jobs)} |
| the engine alone, for comparison |  |  | ${number(cpuPerJob.engine)} |`;
}
