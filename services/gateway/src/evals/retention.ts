import { isRunOver } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { type EvalPorts, eraseEval } from './evals.ts';
import { eraseRun, type RunPorts } from './runs.ts';

/**
 * Erases, of all projects, runs whose eval is gone, and, where `retentionMs` is not 0, runs that ended longer ago than
 * that, and evals that were not changed for as long and have no runs any more. Returns how many.
 */
export async function eraseOldEvals(
  ports: EvalPorts & RunPorts,
  { retentionMs }: { readonly retentionMs: number },
): Promise<number> {
  const beforeMs = retentionMs === 0 ? 0 : ports.now() - retentionMs;
  let erased = 0;
  const inUse = new Set<string>();
  for (const { value: run } of await ports.evalRuns.list('')) {
    const of = recordKey(run.project, run.evalId);
    const isOld = isRunOver(run) && (run.finishedAt ?? run.createdAt) * 1000 < beforeMs;
    if (isOld || (await ports.evals.get(of)) === null) {
      await eraseRun(ports, run);
      erased++;
    } else inUse.add(of);
  }
  for (const { key, value } of await ports.evals.list('')) {
    if (value.updatedMs >= beforeMs || inUse.has(key)) continue;
    await eraseEval(ports, value);
    erased++;
  }
  return erased;
}
