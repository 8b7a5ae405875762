import { execFileSync } from 'node:child_process';
import { workload } from '../../load/lib/workload.ts';
import { type Results, resultTables } from './results.ts';

/** load/RESULTS.md of a run: when, on what, which sizes, and the tables. */
export function resultsDocument(results: Results, now: Date): string {
  const { volume, workers, cores, threads, store } = results;
  const steps = (workload.epochs * workload.trainingRows) / workload.batchSize;
  const unmet = Object.entries(results.thresholds).filter(([, holds]) => !holds);
  return `# Load test results

Written by \`npm run load -- finetune-throughput\`; do not edit by hand. What is measured, and how, is in
[docs/load.md](../docs/load.md).

- ${now.toISOString().slice(0, 10)}, commit ${commit()}, ${cores} CPU cores, Node ${process.versions.node}.
- ${volume.jobs} jobs of ${volume.projects} projects on ${workers} workers with ${threads} engine thread${threads === 1 ? '' : 's'} each; artifacts in ${store}.
- Each job: ${workload.model} by LoRA of rank ${workload.rank}, ${workload.trainingRows} rows × ${workload.epochs} epochs in batches of ${workload.batchSize}: ${steps} steps, a checkpoint every ${workload.checkpointEvery}; ${workload.validationRows} held-out rows, ${workload.fewShotExamples} few-shot examples.
- Thresholds: ${unmet.length === 0 ? 'all hold' : unmet.map(([rule]) => `\`${rule}\` does not hold`).join(', ')}.

${resultTables(results)}`;
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
