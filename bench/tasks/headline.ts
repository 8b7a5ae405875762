import { type Contest, type Contestant, figure, type TaskResult } from './table.ts';

/** A case for each kind of task, by its name and as people call it. */
const shown: Readonly<Record<string, string>> = {
  'banking77-head': 'labels: banking77, 77 intents',
  'banking77-chat': 'answers: the same intents, written',
  snips: 'entities: slots of SNIPS',
  xquad: 'answers in a text: XQuAD',
  'banking77-pairs': 'embeddings: same intent of banking77',
  'gsm8k-pairs': 'reward: right answers of GSM8K',
  'gsm8k-preference': 'pairs of answers (dpo): the same',
  'tool-calls': 'calls of tools: glaive',
};

/** The headline table of README.md: of each kind of task the tuned model beside the best of its baselines. */
export function headlineTable(results: Readonly<Record<string, TaskResult>>): string {
  const lines = Object.entries(shown).flatMap(([name, what]) => {
    const result = results[name];
    const tuned = result?.report.contestants.find((one) => one.name === 'tuned');
    if (result === undefined || tuned === undefined) return [];
    const { headline } = result.report;
    const best = bestBaseline(result.report);
    const beside = best === undefined ? 'none' : `${best.name} ${figure(best, headline)}`;
    const cells = [what, result.model, result.method, headline, beside, figure(tuned, headline)];
    return [`| ${cells.join(' | ')} |`];
  });
  const head = '| task | base model | method | metric | best baseline | tuned |';
  return [head, '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n');
}

/** Of the metrics that decide here more is better. */
function bestBaseline({ headline, contestants }: Contest): Contestant | undefined {
  const value = (one: Contestant): number =>
    one.metrics[headline]?.value ?? Number.NEGATIVE_INFINITY;
  return contestants
    .filter((one) => one.name !== 'tuned')
    .toSorted((a, b) => value(b) - value(a))[0];
}
