import { cpus } from 'node:os';
import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import type { RewardTask } from './tasks.ts';

/** One job of a task. */
export type Run = {
  readonly seed: number;
  /** Of the job that learns from rewards, from its creation to its end, the report included. */
  readonly seconds: number;
  readonly report: EvaluationReport;
  /** Share of the answers to held-out prompts for which the task's rule holds, of the model before and the one after. */
  readonly before: number;
  readonly after: number;
};

const marks = '▁▂▃▄▅▆▇█';
/** Most marks of a curve, each the mean of neighbouring steps. */
const mostMarks = 32;

/** What a task came to: a table of its seeds with curves, under its title. */
export function sectionOf(
  { title, about, rule, hyperparameters, lathe, ...task }: RewardTask,
  runs: readonly Run[],
): string {
  const all = runs.flatMap(({ report }) => (report.rewards ?? []).map(({ train }) => train));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const rows = runs.map(({ seed, seconds, report, ...shares }) => {
    const before = report.contestants.some(({ name }) => name === 'start') ? 'start' : 'base';
    const found = report.comparisons.find(({ against }) => against === before);
    return [
      seed,
      rewardOf(report, before),
      rewardOf(report, 'tuned'),
      `${found?.verdict} (${signed(found?.low)} to ${signed(found?.high)})`,
      `${percent(shares.before)} to ${percent(shares.after)}`,
      report.cost?.steps ?? '',
      seconds.toFixed(0),
      `\`${curve(
        (report.rewards ?? []).map(({ train }) => train),
        [least, most],
      )}\``,
    ].join(' | ');
  });
  const first = task.start?.settings ?? task.rewardModel?.settings;
  const taught = first && ` Asked for of the job before: \`${JSON.stringify(first)}\`.`;
  return `## ${title}

${about}${taught ?? ''} Asked for: \`${JSON.stringify({ ...hyperparameters, lathe })}\`, else \`auto\`. ${runs[0]?.report.rows} held-out prompts.

| seed | held-out reward before | after | difference, 95 % | ${rule.name} | steps | seconds | reward by step, ${least.toFixed(2)} to ${most.toFixed(2)} |
| ---: | --- | --- | --- | --- | ---: | ---: | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

/** The sections of a page by their titles. */
export function sectionsIn(page: string): [string, string][] {
  return page
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => [/^## (.*)$/m.exec(text)?.[1] ?? '', `${text.trimEnd()}\n`]);
}

export function pageOf(sections: readonly string[]): string {
  return `# What models learn from rewards

Written by \`npm run bench:reinforce\`; do not edit by hand. Jobs of the method \`reinforcement\` over the HTTP API, on ${cpus().length} CPU cores, by LoRA where no
other adaptation stands there. Before is the model that the job began as. Both answer the held-out prompts, on which nothing was trained and by which no setting was chosen,
at temperature 1 with the same seeds; intervals are 95 %. What is counted beside the rewards are other answers to them, by a rule that the grader has no part in.

${sections.join('\n')}`;
}

function rewardOf({ contestants }: EvaluationReport, name: string): string {
  const reward = contestants.find((each) => each.name === name)?.metrics.reward;
  if (reward === undefined) return '';
  return `${reward.value.toFixed(2)} (${reward.low.toFixed(2)} to ${reward.high.toFixed(2)})`;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function signed(value: number | undefined): string {
  return value === undefined ? '' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function curve(values: readonly number[], [least, most]: readonly [number, number]): string {
  const size = Math.ceil(values.length / mostMarks);
  let text = '';
  for (let at = 0; at < values.length; at += size) {
    const some = values.slice(at, at + size);
    const mean = some.reduce((sum, value) => sum + value, 0) / some.length;
    const share = (mean - least) / Math.max(most - least, 1e-9);
    text += marks[Math.min(marks.length - 1, Math.floor(share * marks.length))];
  }
  return text;
}
