import type { AnswerFigures } from './answer-figures.ts';

/** What is watched of a step. */
type Watched = Pick<
  AnswerFigures,
  'completions/mean_length' | 'completions/repetition' | 'reward_missing'
> & { readonly kl: number };

/** Steps whose mean is compared with that of the first as many. */
const span = 5;
/** In nats a token: so far is the policy from what it was that its rewards may have little to do with the task. */
const farAway = 1;
const muchRepetition = 0.3;
const manyMissing = 0.2;

/**
 * Watches for signs that a policy has found out what the grader is blind to. It is given each step's figures in their order and
 * says each warning once, in one sentence.
 */
export function watchHacking(): (figures: Watched) => string[] {
  const first: Watched[] = [];
  const last: Watched[] = [];
  const told = new Set<string>();
  const once = (name: string, isSo: boolean, text: () => string): string[] => {
    if (!isSo || told.has(name)) return [];
    told.add(name);
    return [text()];
  };
  return (figures) => {
    if (first.length < span) first.push(figures);
    last.push(figures);
    if (last.length > span) last.shift();
    const then = mean(first, 'completions/mean_length');
    const now = mean(last, 'completions/mean_length');
    const [before, after] = [
      mean(first, 'completions/repetition'),
      mean(last, 'completions/repetition'),
    ];
    const missing = mean(last, 'reward_missing');
    const away = mean(last, 'kl');
    const isSettled = last.length === span;
    return [
      ...once(
        'length',
        isSettled && (now > 2 * then || now < then / 2) && Math.abs(now - then) > 4,
        () =>
          `Answers have become ${now > then ? 'longer' : 'shorter'}: ${now.toFixed(1)} tokens on average, ${then.toFixed(1)} at the start; see whether the grader rewards length.`,
      ),
      ...once(
        'repetition',
        isSettled && after > muchRepetition && after > 2 * before,
        () =>
          `Answers repeat themselves: ${percent(after)} of their three-token stretches stood in them before, ${percent(before)} at the start; see whether the grader rewards that.`,
      ),
      ...once(
        'kl',
        isSettled && away > farAway,
        () =>
          `The model is ${away.toFixed(2)} nats a token away from what it was at the start (KL); a greater beta or fewer steps hold it closer.`,
      ),
      ...once(
        'missing',
        isSettled && missing > manyMissing,
        () => `The grader could not grade ${percent(missing)} of the answers of the last steps.`,
      ),
    ];
  };
}

function mean(all: readonly Watched[], name: keyof Watched): number {
  return all.reduce((sum, one) => sum + one[name], 0) / Math.max(1, all.length);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
