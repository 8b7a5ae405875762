import type { Forgetting } from '@lathe/contracts/artifact/report';
import { compareRates, verdictFor } from '@lathe/scoring/compare';
import { holm } from '@lathe/scoring/holm';
import type { EvalAnswers, EvaluateInput, EvaluatePorts } from '../evaluation.ts';

export type EvalPasses = NonNullable<Forgetting['evals']>[number];

/** Lines that are shown. */
const mostLost = 20;

/** Asks base and tuned model the evals that the job names. What of them was not asked is a note. */
export async function probeEvals(
  { job, plainBase, tuned }: Pick<EvaluateInput, 'job' | 'plainBase' | 'tuned'>,
  ports: Pick<EvaluatePorts, 'askEval' | 'settings' | 'signal' | 'onProgress'>,
): Promise<{ readonly evals: EvalPasses[]; readonly notes: string[] }> {
  const { project, options } = job;
  const mostRows = Math.min(
    ports.settings.evalProbeRows,
    options.evaluation_rows ?? Number.POSITIVE_INFINITY,
  );
  const passes: Omit<EvalPasses, 'verdict'>[] = [];
  const notes: string[] = [];
  for (const evalId of options.forgetting_evals ?? []) {
    const models = [plainBase, tuned];
    const answers = await ports.askEval({ project, evalId, models, mostRows }, ports);
    if ('note' in answers) notes.push(answers.note);
    else passes.push(passesOf(evalId, answers));
  }
  const adjusted = holm(passes.map(({ pValue }) => pValue));
  const evals = passes.map((each, at) => {
    const pValue = adjusted[at] as number;
    return {
      ...each,
      pValue,
      verdict: verdictFor({ difference: each.after - each.before, pValue }),
    };
  });
  return { evals, notes };
}

/** Rows that either model could not be judged on say nothing. */
function passesOf(
  evalId: string,
  { name, runId, lines, passed: [base = [], tuned = []] }: Exclude<EvalAnswers, { note: string }>,
): Omit<EvalPasses, 'verdict'> {
  const judged = lines.flatMap((line, at) => {
    const [before, after] = [base[at], tuned[at]];
    return before === undefined || after === undefined ? [] : [{ line, before, after }];
  });
  const before = judged.map((row) => row.before);
  const after = judged.map((row) => row.after);
  return {
    ...{ evalId, name, runId, rows: judged.length, asked: lines.length },
    ...{ before: before.filter(Boolean).length, after: after.filter(Boolean).length },
    pValue: compareRates(after, before).pValue,
    lost: judged
      .filter((row) => row.before && !row.after)
      .map(({ line }) => line)
      .slice(0, mostLost),
  };
}
