import type { Contestant, EvaluationReport, Forgetting } from '@lathe/contracts/artifact/report';
import { formatMetric } from './judge/verdict.ts';

/** The report's headline as it stands in the job: the verdict, rates, losses and metrics, no samples. */
export function headlineOf(report: EvaluationReport) {
  const { task, headline, verdict, outcome, rows, contestants, comparisons, forgetting } = report;
  return {
    task,
    held_out_rows: rows,
    headline_metric: headline,
    verdict,
    outcome,
    ...(forgetting && { forgetting: toldForgetting(forgetting) }),
    contestants: contestants.map(
      ({ name, shots, examples, nearHeldOut, exactMatch, loss, metrics, toolCalls }) => ({
        name,
        shots,
        ...(examples && { examples }),
        ...(nearHeldOut && { near_held_out: nearHeldOut }),
        exact_match: exactMatch,
        loss,
        metrics,
        ...(toolCalls && { tool_calls: toolCalls }),
      }),
    ),
    comparisons: comparisons.map(({ against, metric, difference, pValue, verdict: told }) => ({
      against,
      ...(metric && { metric }),
      difference,
      p_value: pValue,
      verdict: told,
    })),
  };
}

function toldForgetting({ outcome, questions, text, evals }: Forgetting) {
  return {
    outcome,
    ...(questions && {
      questions: { asked: questions.asked, before: questions.before, after: questions.after },
    }),
    ...(text && { text: { before: text.before, after: text.after } }),
    ...(evals && {
      evals: evals.map(({ evalId, name, rows, before, after, pValue, verdict }) => ({
        ...{ eval: evalId, name, rows, before, after, p_value: pValue, verdict },
      })),
    }),
  };
}

/**
 * The report in a sentence or two, the verdict first: `The tuned model beats few-shot, …. Exact match on 64 held-out rows: base
 * 0.0 %, tuned 95.0 %.`
 */
export function reportSentence(report: EvaluationReport): string {
  const { rows, contestants, headline, verdict } = report;
  if (rows === 0) return verdict || 'No rows were held out, so the tuned model was not compared.';
  if (contestants.every(({ metrics }) => metrics[headline] === undefined)) {
    const losses = contestants.map(({ name, loss }) => `${name} ${loss?.toFixed(3) ?? 'none'}`);
    return `Loss on ${rows} held-out texts, in nats per token: ${losses.join(', ')}.`;
  }
  const tell = ({ name, metrics }: Contestant): string[] => {
    const metric = metrics[headline];
    return metric === undefined ? [] : [`${name} ${formatMetric(metric.value, metric.unit)}`];
  };
  const values = contestants.flatMap(tell).join(', ');
  const what = `${headline.charAt(0).toUpperCase()}${headline.slice(1)}`;
  const all = `${what} on ${rows} held-out rows: ${values}.`;
  return verdict === '' ? all : `${verdict} ${all}`;
}
