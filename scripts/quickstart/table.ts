import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { paint } from './paint.ts';

const barWidth = 24;

/** The verdict, then base, few-shot, tuned and the baselines side by side, with 95 % intervals. */
export function reportTable(report: EvaluationReport): string {
  const lines = [
    ...(report.verdict === '' ? [] : [`   ${report.verdict}`]),
    '   model       exact match   95 % interval      loss',
  ];
  for (const { name, exactMatch, loss } of report.contestants) {
    const filled = Math.round(exactMatch.rate * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const line = [
      `   ${name.padEnd(11)}`,
      `${percent(exactMatch.rate)} ${`(${exactMatch.correct}/${exactMatch.total})`.padEnd(8)}`,
      `${percent(exactMatch.low)} to ${percent(exactMatch.high)}`,
      (loss?.toFixed(3) ?? '').padStart(7),
      bar,
    ].join(' ');
    lines.push(name === 'tuned' ? paint.green(line) : line);
  }
  for (const { against, difference, pValue, verdict } of report.comparisons)
    lines.push(
      `   tuned against ${against}: ${verdict}, ${(100 * difference).toFixed(1)} points, p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}`,
    );
  return lines.join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`.padStart(7);
}
